using Microsoft.IdentityModel.Tokens;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Verifies ES256 with one key and does nothing else: any other algorithm and any signing is refused here too, whatever a token or the
/// validation parameters say. It keeps the key's one provider, so that neither the process-wide cache nor a lookup is involved.
/// </summary>
internal sealed class PinnedProviderFactory : CryptoProviderFactory
{
    private readonly SignatureProvider _verifying;
    private readonly SecurityKey _key;

    internal PinnedProviderFactory(SecurityKey key)
    {
        _key = key;
        CacheSignatureProviders = false;
        _verifying = base.CreateForVerifying(key, SecurityAlgorithms.EcdsaSha256, cacheProvider: false);
    }

    public override bool IsSupportedAlgorithm(string algorithm, SecurityKey key) =>
        string.Equals(algorithm, SecurityAlgorithms.EcdsaSha256, StringComparison.Ordinal) && ReferenceEquals(key, _key);

    public override SignatureProvider CreateForVerifying(SecurityKey key, string algorithm) => Verifying(key, algorithm);

    public override SignatureProvider CreateForVerifying(SecurityKey key, string algorithm, bool cacheProvider) => Verifying(key, algorithm);

    /// <summary>The provider lives as long as its key.</summary>
    public override void ReleaseSignatureProvider(SignatureProvider signatureProvider)
    {
    }

    private SignatureProvider Verifying(SecurityKey key, string algorithm) =>
        IsSupportedAlgorithm(algorithm, key)
            ? _verifying
            : throw new NotSupportedException("Only ES256 with the key this factory was made for is verified.");
}
