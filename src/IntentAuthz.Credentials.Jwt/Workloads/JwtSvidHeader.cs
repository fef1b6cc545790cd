namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a JWT-SVID's header says; the key in the bundle decides whether it may.</summary>
internal sealed record JwtSvidHeader(string KeyId, string Algorithm);
