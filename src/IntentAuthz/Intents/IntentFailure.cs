namespace IntentAuthz;

/// <summary>Why a call could not be understood: a reason code and a message that names the fix.</summary>
internal sealed record IntentFailure(string ReasonCode, string Message);
