namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// What a verifier asks, of each token that is good otherwise, whether its lease still lives: <see cref="RevokedTokens"/> in the issuer's own
/// process, or a client of the issuer's introspection endpoint (RFC 7662) elsewhere. Implementations are safe for use by many threads and
/// never log or keep the token. What they throw, and no answer in time, refuses the token.
/// </summary>
public interface ITokenRevocationCheck
{
    /// <summary>Whether the token's lease still lives.</summary>
    /// <param name="credential">What the token says; its signature, issuer, audience and times have been checked.</param>
    /// <param name="token">The token itself, for an introspection request. It is a secret.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<TokenStanding> GetStandingAsync(JwtCredential credential, string token, CancellationToken cancellationToken);
}
