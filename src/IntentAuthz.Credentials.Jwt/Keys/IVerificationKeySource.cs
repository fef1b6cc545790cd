namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Where a verifier has the issuer's public keys from: the issuer's own <see cref="JwtKeyRing"/> in the same process, a fixed
/// <see cref="VerificationKeySet"/>, or a <see cref="JwksKeySource"/> that fetches the published document. Implementations are safe for
/// use by many threads. What they throw makes the verifier refuse with <see cref="JwtRefusalCodes.KeysUnavailable"/>.
/// </summary>
public interface IVerificationKeySource
{
    /// <summary>The keys that are trusted now.</summary>
    /// <param name="keyId">
    /// The key that is looked for. It was checked for form only and comes from a token nobody has verified yet: a source may look once more for a
    /// key it does not know, at a limited rate, and must never build a path, an address or a query from it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<VerificationKeySet> GetKeysAsync(string keyId, CancellationToken cancellationToken);
}
