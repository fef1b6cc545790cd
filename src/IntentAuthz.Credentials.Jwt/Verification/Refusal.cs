namespace IntentAuthz.Credentials.Jwt;

/// <summary>Why a token is refused.</summary>
internal sealed record Refusal(string Code, string Message);
