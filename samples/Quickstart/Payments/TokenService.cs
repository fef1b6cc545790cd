using IntentAuthz.Credentials.Jwt;

namespace Quickstart.Payments;

/// <summary>Who signs tokens, and what services need to verify them. The two sides share public keys and the list of revoked tokens only.</summary>
internal sealed class TokenService : IDisposable
{
    private const string IssuerUri = "https://tokens.acme.example";

    private readonly JwtKeyRing _keys = new(JwtSigningKey.Generate());
    private readonly RevokedTokens _revoked = new();

    internal JwtCredentialIssuer CreateIssuer() =>
        new(_keys, new JwtIssuerOptions
        {
            Name = "acme-tokens",
            Issuer = IssuerUri,
            Revocations = _revoked,
            SenderConstrained = false, // a bearer token, so that the thief of this story fails by revocation alone
        });

    internal JwtCredentialVerifier CreateVerifier() =>
        new(new JwtVerifierOptions { Issuer = IssuerUri, Keys = _keys, Revocation = _revoked });

    public void Dispose() => _keys.Dispose();
}
