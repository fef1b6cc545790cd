using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// The key that one lease's token is bound to: made for it, on P-256, and cleared when the lease ends. The private part leaves through no
/// member. Safe for use by many threads.
/// </summary>
internal sealed class DpopKey : IDisposable
{
    private const int SignatureBytes = 64;

    private readonly Lock _signing = new(); // ECDsa is not documented as safe for two threads, and must not be disposed while it signs
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _header;
    private bool _disposed;

    internal DpopKey()
    {
        ECParameters parameters = _ecdsa.ExportParameters(includePrivateParameters: false);
        byte[] x = parameters.Q.X!;
        byte[] y = parameters.Q.Y!;
        Thumbprint = VerificationKey.Thumbprint(x, y);

        // All of it is constant or of the base64url alphabet, so nothing needs escaping.
        _header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes(
            $$$"""{"typ":"{{{DpopFormat.Type}}}","alg":"{{{JwtFormat.Algorithm}}}","jwk":{"kty":"EC","crv":"P-256","x":"{{{Base64Url.EncodeToString(x)}}}","y":"{{{Base64Url.EncodeToString(y)}}}"}}"""));
    }

    /// <summary>The public key's thumbprint (RFC 7638), as tokens name it in <c>cnf.jkt</c>.</summary>
    internal string Thumbprint { get; }

    /// <summary>Header, claims and signature of a proof.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    internal string Sign(ReadOnlySpan<byte> claims)
    {
        string signed = $"{_header}.{Base64Url.EncodeToString(claims)}";
        Span<byte> signature = stackalloc byte[SignatureBytes];
        lock (_signing)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_ecdsa.TrySignData(
                    Encoding.ASCII.GetBytes(signed), signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out int written)
                || written != SignatureBytes)
            {
                throw new CryptographicException("The signature has not the length of an ES256 signature.");
            }
        }

        return $"{signed}.{Base64Url.EncodeToString(signature)}";
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

    /// <summary>The public key's thumbprint, for logs.</summary>
    public override string ToString() => $"[key {Thumbprint}]";
}
