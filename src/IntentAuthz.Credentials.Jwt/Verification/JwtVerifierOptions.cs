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

    /// <summary>
    /// Whether bearer tokens are refused, so that only tokens bound to a key are taken; false when not set. A bound token never passes as a bearer
    /// token, whatever this says.
    /// </summary>
    public bool RequireSenderConstraint { get; init; }

    /// <summary>How old a proof may be, five seconds to five minutes; one minute when not set. It may lie five seconds ahead of the clock.</summary>
    public TimeSpan MaxProofAge { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The nonces that proofs must carry, so that none can be made ahead of time; null when proofs need none.</summary>
    public DpopNonces? Nonces { get; init; }

    /// <summary>
    /// What remembers proofs and one-time tokens; a <see cref="ReplayCache"/> of the verifier's own when null. A service of several processes, or
    /// of several verifiers, gives one that they share: a proof is good once at each that does not.
    /// </summary>
    public IReplayCheck? Replays { get; init; }

    /// <summary>How long keys, revocation and the replay check may each take to answer, 10 ms to 30 seconds; two seconds when not set.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
