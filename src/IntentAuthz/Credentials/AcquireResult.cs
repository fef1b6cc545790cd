namespace IntentAuthz;

/// <summary>A credential for a call, or the reason code and the message of why there is none.</summary>
internal readonly record struct AcquireResult(LeasedCredential? Credential, string ReasonCode, string Message)
{
    internal static AcquireResult Failed(string reasonCode, string message) => new(null, reasonCode, message);
}
