using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

using Microsoft.IdentityModel.Tokens;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>A public key on P-256, ready to verify. Immutable and safe for use by many threads.</summary>
internal sealed class VerificationKey
{
    internal const int CoordinateBytes = 32;

    private VerificationKey(string keyId, byte[] x, byte[] y)
    {
        KeyId = keyId;
        X = Base64Url.EncodeToString(x);
        Y = Base64Url.EncodeToString(y);

        // Importing checks that the point lies on the curve.
        ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        SecurityKey = new ECDsaSecurityKey(ecdsa) { KeyId = keyId };
        SecurityKey.CryptoProviderFactory = new PinnedProviderFactory(SecurityKey);
    }

    internal string KeyId { get; }

    internal string X { get; }

    internal string Y { get; }

    internal ECDsaSecurityKey SecurityKey { get; }

    /// <summary>Makes the key of a point.</summary>
    /// <exception cref="CryptographicException">The point is not on the curve.</exception>
    internal static VerificationKey FromPoint(string keyId, byte[] x, byte[] y) => new(keyId, x, y);

    /// <summary>The key's thumbprint (RFC 7638): SHA-256 over the required members in lexical order.</summary>
    internal static string Thumbprint(byte[] x, byte[] y) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(
            $$"""{"crv":"P-256","kty":"EC","x":"{{Base64Url.EncodeToString(x)}}","y":"{{Base64Url.EncodeToString(y)}}"}""")));
}
