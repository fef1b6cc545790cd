namespace IntentAuthz.Credentials.Jwt;

/// <summary>What a verifier trusts and whom it asks.</summary>
public sealed class JwtVerifierOptions
{
    /// <summary>The one issuer, as its tokens name it in <c>iss</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>Where the issuer's public keys come from.</summary>
    public required IVerificationKeySource Keys { get; init; }

    /// <summary>
    /// Whom to ask whether a lease still lives. Null is for services that cannot ask: a revoked token is then honoured until it expires, and the
    /// issuer must declare that (<see cref="JwtIssuerOptions.Revocations"/>). It has to be written down, so that nobody forgets it.
    /// </summary>
    public required ITokenRevocationCheck? Revocation { get; init; }

    /// <summary>How long keys and revocation may each take to answer, 10 ms to 30 seconds; two seconds when not set.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
