using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Reads a trust bundle document, bounded and strict. Messages quote nothing of it.</summary>
internal static class TrustBundleReader
{
    internal const int MinRsaBits = 2048;

    private const int MaxRsaBits = 8192;
    private const int MaxDepth = 8;
    private const int MaxCertificateBytes = 64 * 1024;
    private const long MaxRefreshHint = 31_536_000; // a year, in seconds

    private static readonly string[] s_secret = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
    private static readonly ImmutableArray<string> s_rsa = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

    internal static TrustBundle Read(TrustDomain domain, ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > TrustBundle.MaxDocumentBytes)
        {
            throw new FormatException($"The trust bundle is larger than {TrustBundle.MaxDocumentBytes} bytes.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(
                utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return Read(domain, document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode.
            throw new FormatException("The trust bundle is not well-formed JSON, nests too deep or holds a member twice.", e);
        }
    }

    /// <summary>A certificate as authority of the domain, checked to be able to be one.</summary>
    internal static X509Certificate2 Authority(TrustDomain domain, ReadOnlyMemory<byte> der)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = der.Length <= MaxCertificateBytes
                ? X509CertificateLoader.LoadCertificate(der.Span)
                : throw new FormatException("An X.509 authority of the trust bundle is too large.");
        }
        catch (CryptographicException e)
        {
            throw new FormatException("An X.509 authority of the trust bundle is no certificate.", e);
        }

        SvidCertificate read = SvidCertificate.Read(certificate);
        string? wrong =
            read.IsMalformed ? "has an extension twice or unreadable"
            : !read.IsAuthority ? "is no CA that may sign certificates"
            : !read.MayNameAuthorityOf(domain) ? "names a workload or another trust domain"
            : !certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) ? "is not self-issued, and no path is ever ended at such a one"
            : null;
        if (wrong is null)
        {
            return certificate;
        }

        certificate.Dispose();
        throw new FormatException($"An X.509 authority of the trust bundle {wrong}.");
    }

    private static TrustBundle Read(TrustDomain domain, JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("keys"u8, out JsonElement keys) || keys.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("The trust bundle is no JSON object with an array 'keys'.");
        }

        if (keys.GetArrayLength() > TrustBundle.MaxKeys)
        {
            throw new FormatException($"The trust bundle holds more than {TrustBundle.MaxKeys} keys.");
        }

        long? sequence = Number(root, "spiffe_sequence", long.MaxValue);
        long? hint = Number(root, "spiffe_refresh_hint", MaxRefreshHint);
        List<X509Certificate2> x509 = [];
        Dictionary<string, JwtAuthority> jwt = new(StringComparer.Ordinal);
        foreach (JsonElement key in keys.EnumerateArray())
        {
            if (key.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("The trust bundle holds a key that is no JSON object.");
            }

            if (Array.Exists(s_secret, name => key.TryGetProperty(name, out _)))
            {
                throw new FormatException("The trust bundle holds a private or symmetric key; whoever published it must replace that key at once.");
            }

            if (Text(key, "kty") is not ("EC" or "RSA"))
            {
                continue;
            }

            switch (Text(key, "use"))
            {
                case "x509-svid":
                    x509.Add(ReadX509(domain, key));
                    break;
                case "jwt-svid":
                    JwtAuthority authority = ReadJwt(key);
                    if (!jwt.TryAdd(authority.KeyId, authority))
                    {
                        throw new FormatException("The trust bundle holds a key id twice.");
                    }

                    break;
                default:
                    break;
            }
        }

        return new TrustBundle(domain, x509, jwt.Values, sequence, hint is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }

    private static X509Certificate2 ReadX509(TrustDomain domain, JsonElement key)
    {
        if (!key.TryGetProperty("x5c"u8, out JsonElement chain) || chain.ValueKind != JsonValueKind.Array || chain.GetArrayLength() != 1
            || chain[0].ValueKind != JsonValueKind.String || !chain[0].TryGetBytesFromBase64(out byte[]? der))
        {
            throw new FormatException("The trust bundle holds an X.509 authority whose 'x5c' is not one certificate in base64.");
        }

        X509Certificate2 certificate = Authority(domain, der);
        using AsymmetricAlgorithm? own = (AsymmetricAlgorithm?)certificate.GetECDsaPublicKey() ?? certificate.GetRSAPublicKey();
        (byte[] stated, _) = ReadPublicKey(key);
        return own is not null && own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(stated)
            ? certificate
            : throw new FormatException("The trust bundle holds an X.509 authority whose key is not the one of its certificate.");
    }

    private static JwtAuthority ReadJwt(JsonElement key)
    {
        string? id = Text(key, "kid");
        if (!Identifier.IsValid(id))
        {
            throw new FormatException($"The trust bundle holds a JWT key whose 'kid' is missing or not 1 to {Identifier.MaxLength} characters.");
        }

        (byte[] publicKey, ImmutableArray<string> algorithms) = ReadPublicKey(key);
        if (Text(key, "alg") is { } algorithm)
        {
            algorithms = algorithms.Contains(algorithm, StringComparer.Ordinal)
                ? [algorithm]
                : throw new FormatException("The trust bundle holds a JWT key whose 'alg' does not fit it or is not allowed for JWT-SVIDs.");
        }

        return new JwtAuthority(id!, publicKey, algorithms);
    }

    private static (byte[] SubjectPublicKeyInfo, ImmutableArray<string> Algorithms) ReadPublicKey(JsonElement key)
    {
        try
        {
            return Text(key, "kty") == "EC" ? ReadEllipticCurve(key) : ReadRsa(key);
        }
        catch (CryptographicException e)
        {
            throw new FormatException("The trust bundle holds something that is no public key.", e);
        }
    }

    private static (byte[] SubjectPublicKeyInfo, ImmutableArray<string> Algorithms) ReadEllipticCurve(JsonElement key)
    {
        (ECCurve curve, int bytes, string algorithm) = Text(key, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32, "ES256"),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48, "ES384"),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66, "ES512"),
            _ => throw new FormatException("The trust bundle holds a key on another curve than P-256, P-384 and P-521."),
        };
        byte[] x = Bytes(key, "x");
        byte[] y = Bytes(key, "y");
        if (x.Length != bytes || y.Length != bytes)
        {
            throw new FormatException("The trust bundle holds a key whose coordinates have not the length of its curve.");
        }

        // Importing checks that the point lies on the curve.
        using ECDsa ecdsa = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } });
        return (ecdsa.ExportSubjectPublicKeyInfo(), [algorithm]);
    }

    private static (byte[] SubjectPublicKeyInfo, ImmutableArray<string> Algorithms) ReadRsa(JsonElement key)
    {
        byte[] modulus = Bytes(key, "n");
        byte[] exponent = Bytes(key, "e");
        if (modulus.Length > MaxRsaBits / 8 || exponent.Length > 4 || modulus[0] == 0 || exponent[0] == 0 || (exponent[^1] & 1) == 0 || exponent is [1])
        {
            throw new FormatException("The trust bundle holds an RSA key whose modulus or exponent is out of range.");
        }

        using RSA rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
        return rsa.KeySize >= MinRsaBits
            ? (rsa.ExportSubjectPublicKeyInfo(), s_rsa)
            : throw new FormatException($"The trust bundle holds an RSA key of fewer than {MinRsaBits} bits.");
    }

    private static byte[] Bytes(JsonElement key, string name)
    {
        string? text = Text(key, name);
        return !string.IsNullOrEmpty(text) && Base64Url.IsValid(text) && !text.Contains('=') && Base64Url.DecodeFromChars(text) is { Length: > 0 } bytes
            ? bytes
            : throw new FormatException($"The trust bundle holds a key whose '{name}' is missing or no base64url.");
    }

    /// <summary>The text, or null when there is none; what is no text is an empty one, which fits nowhere.</summary>
    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : ""
            : null;

    private static long? Number(JsonElement root, string name, long most)
    {
        if (!root.TryGetProperty(name, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 && number <= most
            ? number
            : throw new FormatException($"The trust bundle's '{name}' is no whole number from 0 to {most}.");
    }
}
