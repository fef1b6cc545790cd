namespace IntentAuthz.Credentials.Jwt;

/// <summary>What an issuer is called, whether verifiers ask it, and whether its tokens are bound to a key.</summary>
public sealed class JwtIssuerOptions
{
    /// <summary>The name that credential profiles use.</summary>
    public required string Name { get; init; }

    /// <summary>The issuer as tokens name it in <c>iss</c>, such as <c>https://agents.bank.example</c>; 1 to 256 characters.</summary>
    public required string Issuer { get; init; }

    /// <summary>
    /// Where unmade leases are entered, for verifiers that ask. Null declares that verifiers do not ask: a token then lives until it expires,
    /// the issuer says so (<see cref="RevocationSpeed.ExpiryOnly"/>), and ending a task reports the residual window. Give the set only when
    /// every service that takes these tokens asks it, or an endpoint that answers from it.
    /// </summary>
    public required RevokedTokens? Revocations { get; init; }

    /// <summary>
    /// Whether each token is bound to a key of its own lease (DPoP, RFC 9449); true when not set. A bound token is worth nothing to who copies
    /// it: each request needs a proof signed by the key, which never leaves the process, and
    /// <see cref="LeasedCredential.Presentation"/> makes it. False is for services that only know bearer tokens.
    /// </summary>
    public bool SenderConstrained { get; init; } = true;

    /// <summary>
    /// How far a verifier's clock may be behind, zero to one minute; five seconds when not set. It is subtracted from the end that was asked
    /// for, so that such a verifier honours the token no longer than it was meant to live.
    /// </summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
