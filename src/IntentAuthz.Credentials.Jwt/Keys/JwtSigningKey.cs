using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// A private key on P-256 that signs tokens by ES256. It belongs to the <see cref="JwtKeyRing"/> it is given to, which disposes it when it has
/// signed its last token. It shows itself nowhere; the private part leaves through no member. Safe for use by many threads.
/// </summary>
public sealed class JwtSigningKey : IDisposable
{
    private readonly Lock _signing = new(); // ECDsa is not documented as safe for two threads, and must not be disposed while it signs
    private readonly ECDsa _ecdsa;
    private readonly byte[] _header;
    private bool _disposed;

    private JwtSigningKey(ECDsa ecdsa)
    {
        _ecdsa = ecdsa;
        ECParameters parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        byte[] x = parameters.Q.X!;
        byte[] y = parameters.Q.Y!;
        KeyId = VerificationKey.Thumbprint(x, y);
        PublicKey = VerificationKey.FromPoint(KeyId, x, y);

        // Both are of the base64url alphabet or constant, so nothing needs escaping.
        _header = Base64Url.EncodeToUtf8(Encoding.ASCII.GetBytes(
            $$"""{"alg":"{{JwtFormat.Algorithm}}","typ":"{{JwtFormat.Type}}","kid":"{{KeyId}}"}"""));
    }

    /// <summary>The key's id, as <c>kid</c> in tokens: its thumbprint by RFC 7638, so that no two keys share one.</summary>
    public string KeyId { get; }

    internal VerificationKey PublicKey { get; }

    /// <summary>The header of every token the key signs, encoded once.</summary>
    internal ReadOnlySpan<byte> HeaderBase64Url => _header;

    /// <summary>Makes a new key. Tokens signed by it are worth nothing once the process is gone and no other holds the key.</summary>
    public static JwtSigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Takes a key in PKCS #8, as a key store hands it out. The caller clears its own copy.</summary>
    /// <param name="pkcs8">DER, not encrypted.</param>
    /// <exception cref="ArgumentException">It is no private key on P-256.</exception>
    public static JwtSigningKey FromPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        ECDsa ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out int read);
            return read == pkcs8.Length ? Checked(ecdsa) : throw NotAKey(null);
        }
        catch (CryptographicException e)
        {
            ecdsa.Dispose();
            throw NotAKey(e);
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }

    /// <summary>Takes a key in PEM, <c>-----BEGIN PRIVATE KEY-----</c> or <c>-----BEGIN EC PRIVATE KEY-----</c>. The caller clears its own copy.</summary>
    /// <param name="pem">The text, not encrypted.</param>
    /// <exception cref="ArgumentException">It is no private key on P-256.</exception>
    public static JwtSigningKey FromPem(ReadOnlySpan<char> pem)
    {
        ECDsa ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportFromPem(pem);
            return Checked(ecdsa);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            ecdsa.Dispose();
            throw NotAKey(e);
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }

    /// <summary>Clears the private key. Safe to call again.</summary>
    public void Dispose()
    {
        lock (_signing)
        {
            _disposed = true;
            _ecdsa.Dispose();
        }
    }

    /// <summary>Always <c>[signing key …]</c> with the public key's id.</summary>
    public override string ToString() => $"[signing key {KeyId}]";

    /// <summary>Signs, in the form that JWS wants: R and S, 32 bytes each (RFC 7518, section 3.4).</summary>
    internal void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        lock (_signing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_ecdsa.TrySignData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written)
                || written != signature.Length)
            {
                throw new CryptographicException("The signature has not the length of an ES256 signature.");
            }
        }
    }

    private static JwtSigningKey Checked(ECDsa ecdsa)
    {
        ECParameters parameters;
        try
        {
            // Only a private key can do this; a public key in PEM must not pass for one.
            parameters = ecdsa.ExportParameters(includePrivateParameters: true);
        }
        catch (CryptographicException e)
        {
            throw NotAKey(e);
        }

        bool hasPrivate = parameters.D is { Length: > 0 };
        CryptographicOperations.ZeroMemory(parameters.D);
        return hasPrivate && parameters.Curve.IsNamed && parameters.Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
            ? new JwtSigningKey(ecdsa)
            : throw NotAKey(null);
    }

    private static ArgumentException NotAKey(Exception? inner) =>
        new("This is no unencrypted private key on P-256 (ES256). Make one with JwtSigningKey.Generate(), or with: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", inner);
}
