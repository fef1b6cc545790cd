namespace IntentAuthz;

/// <summary>A credential for a call, or the reason code and the message of why there is none.</summary>
/// <param name="Credential">The credential, or null.</param>
/// <param name="ReasonCode">The reason code.</param>
/// <param name="Message">The message.</param>
/// <param name="FoundGoodAt">When a lease that the task had was found good; null where something was waited for.</param>
internal readonly record struct AcquireResult(LeasedCredential? Credential, string ReasonCode, string Message, Moment? FoundGoodAt = null)
{
    internal static AcquireResult Failed(string reasonCode, string message) => new(null, reasonCode, message);
}
