using System.Buffers.Text;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntentAuthz.Tests.Identity;

/// <summary>The authority of a trust domain, with real keys and certificates. Each attack changes one thing of what it makes.</summary>
internal sealed class TestAuthority : IDisposable
{
    internal static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    internal TestAuthority(string domain, string? uri = null)
    {
        Domain = TrustDomain.Parse(domain);
        CertificateRequest request = AuthorityRequest(_key, uri ?? $"spiffe://{domain}");
        Certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(30));
    }

    internal TrustDomain Domain { get; }

    internal X509Certificate2 Certificate { get; }

    internal TrustBundle Bundle => TrustBundle.OfX509(Domain, Certificate);

    /// <summary>A workload's certificate with its private key.</summary>
    internal X509Certificate2 Leaf(
        string? uri = null, Action<CertificateRequest>? change = null, X509KeyUsageFlags? usage = X509KeyUsageFlags.DigitalSignature,
        DateTimeOffset? from = null, DateTimeOffset? until = null, X509Certificate2? issuer = null, params string[] moreUris)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=workload", key, HashAlgorithmName.SHA256);
        if (uri != "")
        {
            request.CertificateExtensions.Add(Uris([uri ?? $"spiffe://{Domain}/agent", .. moreUris]));
        }

        if (usage is { } flags)
        {
            request.CertificateExtensions.Add(new X509KeyUsageExtension(flags, critical: true));
        }

        change?.Invoke(request);
        using X509Certificate2 leaf = request.Create(
            issuer ?? Certificate, from ?? Now.AddMinutes(-1), until ?? Now.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return leaf.CopyWithPrivateKey(key);
    }

    /// <summary>An intermediate with its private key.</summary>
    internal X509Certificate2 Intermediate(string? uri)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = AuthorityRequest(key, uri, "CN=between").Create(
            Certificate, Now.AddHours(-1), Now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    internal string Json(string more = "", string use = "x509-svid")
    {
        ECParameters point = _key.ExportParameters(includePrivateParameters: false);
        return $$"""
            {"keys":[{"kty":"EC","use":"{{use}}","crv":"P-256","x":"{{Base64Url.EncodeToString(point.Q.X)}}","y":"{{Base64Url.EncodeToString(point.Q.Y)}}",
            "x5c":["{{Convert.ToBase64String(Certificate.RawData)}}"]{{more}}}],"spiffe_sequence":7,"spiffe_refresh_hint":300}
            """;
    }

    internal static X509Extension Uris(params string[] uris)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string uri in uris)
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, uri, new Asn1Tag(TagClass.ContextSpecific, 6));
            }
        }

        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private static CertificateRequest AuthorityRequest(ECDsa key, string? uri, string name = "CN=authority")
    {
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        if (uri is not null)
        {
            request.CertificateExtensions.Add(Uris(uri));
        }

        return request;
    }

    public void Dispose()
    {
        Certificate.Dispose();
        _key.Dispose();
    }
}
