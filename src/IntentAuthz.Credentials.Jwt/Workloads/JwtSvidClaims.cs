using System.Collections.Immutable;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a JWT-SVID claims; believed only after its signature.</summary>
internal sealed record JwtSvidClaims(
    SpiffeId Subject, ImmutableArray<string> Audiences, DateTimeOffset ExpiresAt, DateTimeOffset? NotBefore, DateTimeOffset? IssuedAt);
