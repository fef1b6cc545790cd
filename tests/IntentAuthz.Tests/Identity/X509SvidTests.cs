using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Identity;

/// <summary>Attacks on the X.509-SVID verifier and on the bundle it rests on, each refused by its own code.</summary>
public sealed class X509SvidTests : IDisposable
{
    private readonly TestAuthority _bank = new("bank.example");
    private readonly TestAuthority _partner = new("partner.example");
    private readonly FakeTimeProvider _clock = new(TestAuthority.Now);
    private readonly TrustBundleSet _bundles;
    private readonly X509SvidVerifier _verifier;

    public X509SvidTests()
    {
        _bundles = new TrustBundleSet(_bank.Bundle, _partner.Bundle);
        _verifier = new X509SvidVerifier(_bundles, _clock);
    }

    [Fact]
    public void Leaf_OfItsOwnAuthority_IsVerified()
    {
        using X509Certificate2 leaf = _bank.Leaf();
        SvidVerification verification = _verifier.Verify(leaf);

        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal("spiffe://bank.example/agent", verification.Workload.Id.ToString());
        Assert.Equal(TestAuthority.Now.AddHours(1), verification.Workload.ExpiresAt);
        Assert.Equal(WorkloadDocument.X509Svid, verification.Workload.Document);
        Assert.NotEqual(0, leaf.NotAfter.Ticks); // the verifier did not dispose what it was given
    }

    [Fact]
    public void Forgery_AcrossTrustDomains_IsRefused()
    {
        using X509Certificate2 leaf = _partner.Leaf("spiffe://bank.example/agent");
        Refused(SvidRefusalCodes.UntrustedChain, leaf);
        using X509Certificate2 other = _partner.Leaf("spiffe://unknown.example/agent");
        Refused(SvidRefusalCodes.UntrustedDomain, other);
        using X509Certificate2 selfSigned = SelfSigned();
        Refused(SvidRefusalCodes.UntrustedChain, selfSigned);
    }

    [Fact]
    public void Leaf_WithoutExactlyOneUri_IsRefused()
    {
        using X509Certificate2 two = _bank.Leaf(moreUris: "spiffe://bank.example/admin");
        using X509Certificate2 none = _bank.Leaf("");
        using X509Certificate2 placeholder = _bank.Leaf(change: static r => r.CertificateExtensions.Add(
            new X509Extension("2.5.29.99", TestAuthority.Uris("spiffe://bank.example/admin").RawData, critical: false)));
        byte[] der = placeholder.RawData;
        der[der.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x06, 0x03, 0x55, 0x1d, 99]) + 4] = 17; // the platform makes no certificate with a second list of names
        using X509Certificate2 twice = X509CertificateLoader.LoadCertificate(der);
        using X509Certificate2 garbage = _bank.Leaf("", static r => r.CertificateExtensions.Add(new X509Extension("2.5.29.17", [0x30, 0x05, 0x86], critical: false)));

        Refused(SvidRefusalCodes.SeveralUris, two);
        Refused(SvidRefusalCodes.NoUri, none);
        Refused(SvidRefusalCodes.CertificateMalformed, twice);
        Refused(SvidRefusalCodes.CertificateMalformed, garbage);
    }

    [Theory]
    [InlineData("spiffe://bank.example")]
    [InlineData("spiffe://bank.example/a/../admin")]
    [InlineData("spiffe://Bank.example/agent")]
    [InlineData("https://bank.example/agent")]
    public void Leaf_WhoseUriNamesNoWorkload_IsRefused(string uri)
    {
        using X509Certificate2 leaf = _bank.Leaf(uri);
        Refused(SvidRefusalCodes.InvalidSpiffeId, leaf);
    }

    [Fact]
    public void Leaf_ThatCouldSign_IsRefused()
    {
        using X509Certificate2 ca = _bank.Leaf(change: static r => r.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true)));
        Refused(SvidRefusalCodes.LeafIsAuthority, ca);
        foreach (X509KeyUsageFlags? usage in (X509KeyUsageFlags?[])
            [null, X509KeyUsageFlags.KeyEncipherment, X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.CrlSign])
        {
            using X509Certificate2 leaf = _bank.Leaf(usage: usage);
            Refused(SvidRefusalCodes.KeyUsage, leaf);
        }

        using X509Certificate2 server = _bank.Leaf(change: static r => r.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)));
        Refused(SvidRefusalCodes.ExtendedKeyUsage, server);
    }

    [Fact]
    public void Time_IsTheClocksAndToTheSecond()
    {
        using X509Certificate2 leaf = _bank.Leaf(from: TestAuthority.Now.AddSeconds(1), until: TestAuthority.Now.AddMinutes(1));
        Refused(SvidRefusalCodes.NotYetValid, leaf);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_verifier.Verify(leaf).IsValid);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Refused(SvidRefusalCodes.Expired, leaf);
    }

    [Fact]
    public void Intermediate_SignsForItsOwnTrustDomainOnly()
    {
        using X509Certificate2 good = _bank.Intermediate("spiffe://bank.example");
        using X509Certificate2 workload = _bank.Intermediate("spiffe://bank.example/agent");
        using X509Certificate2 foreign = _bank.Intermediate("spiffe://partner.example");
        using X509Certificate2 byGood = _bank.Leaf(issuer: good);
        using X509Certificate2 byWorkload = _bank.Leaf(issuer: workload);
        using X509Certificate2 byForeign = _bank.Leaf(issuer: foreign);

        Assert.True(_verifier.Verify(byGood, [good]).IsValid, _verifier.Verify(byGood, [good]).ToString());
        Refused(SvidRefusalCodes.UntrustedChain, byGood);
        Refused(SvidRefusalCodes.SigningCertificateId, byWorkload, workload);
        Refused(SvidRefusalCodes.SigningCertificateId, byForeign, foreign);
        Refused(SvidRefusalCodes.DocumentTooLarge, byGood, [.. Enumerable.Repeat(good, X509SvidVerifier.MaxIntermediates + 1)]);
        Refused(SvidRefusalCodes.UntrustedChain, SelfSignedBy(out X509Certificate2 root), root); // a root that the peer brings along
        Assert.Equal(SvidRefusalCodes.DocumentMissing, _verifier.Verify((X509Certificate2?)null).RefusalCode);
    }

    [Fact]
    public void Leaf_WithAWeakKey_IsRefused()
    {
        using RSA key = RSA.Create(1024);
        CertificateRequest request = new("CN=workload", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(TestAuthority.Uris("spiffe://bank.example/agent"));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        using X509Certificate2 leaf = request.Create(
            _bank.Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_bank.Certificate.GetECDsaPrivateKey()!),
            TestAuthority.Now.AddMinutes(-1), TestAuthority.Now.AddHours(1), [1, 2, 3]);

        Refused(SvidRefusalCodes.WeakAlgorithm, leaf);
    }

    [Fact]
    public void Rotation_OfAuthoritiesOfOneName_TakesEffectAtOnceAndNeverBack()
    {
        using TestAuthority next = new("bank.example");
        using X509Certificate2 old = _bank.Leaf();
        using X509Certificate2 renewed = next.Leaf();
        Refused(SvidRefusalCodes.UntrustedChain, renewed);

        Assert.True(_bundles.Replace(TrustBundle.OfX509(_bank.Domain, _bank.Certificate, next.Certificate)));
        Assert.True(_verifier.Verify(old).IsValid);
        Assert.True(_verifier.Verify(renewed).IsValid);

        Assert.True(_bundles.Replace(TrustBundle.Parse(_bank.Domain, Encoding.UTF8.GetBytes(next.Json()))));
        Refused(SvidRefusalCodes.UntrustedChain, old);
        TrustBundle replayed = TrustBundle.Parse(_bank.Domain, Encoding.UTF8.GetBytes(_bank.Json().Replace(":7,", ":6,", StringComparison.Ordinal)));
        Assert.False(_bundles.Replace(replayed));
        Refused(SvidRefusalCodes.UntrustedChain, old);
        Assert.True(_bundles.Remove(_bank.Domain));
        Refused(SvidRefusalCodes.UntrustedDomain, renewed);
    }

    [Fact]
    public async Task Session_OfMutualTls_ShowsWhoHoldsTheKey()
    {
        using X509Certificate2 between = _bank.Intermediate("spiffe://bank.example");
        using X509Certificate2 server = _bank.Leaf("spiffe://bank.example/host");
        using X509Certificate2 client = _bank.Leaf(issuer: between);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using TcpClient calling = new();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();
        await calling.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using TcpClient accepted = await accepting;
        using SslStream here = new(accepted.GetStream());
        using SslStream there = new(calling.GetStream());
        List<X509Certificate2> sent = [];
        Assert.Equal(SvidRefusalCodes.NotAuthenticated, _verifier.Verify(here).RefusalCode);

        Task handshake = there.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "host",
            ClientCertificateContext = SslStreamCertificateContext.Create(client, [between], offline: true),
            RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null, // judged below
        });
        await here.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = server,
            ClientCertificateRequired = true,
            RemoteCertificateValidationCallback = (_, _, chain, _) =>
            {
                sent.AddRange(chain!.ChainPolicy.ExtraStore.Select(static c => X509CertificateLoader.LoadCertificate(c.RawData)));
                return true; // judged below, once the key was shown
            },
        });
        await handshake;

        SvidVerification verification = _verifier.Verify(here, sent);
        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal("spiffe://bank.example/agent", verification.Workload.Id.ToString());
        Assert.Equal("spiffe://bank.example/host", _verifier.Verify(there).Workload?.Id.ToString());
    }

    [Fact]
    public void Bundle_Document_IsReadWhole()
    {
        TrustBundle bundle = TrustBundle.Parse(_bank.Domain, Encoding.UTF8.GetBytes(_bank.Json()));

        Assert.Equal(1, bundle.X509AuthorityCount);
        Assert.Equal(7, bundle.Sequence);
        Assert.Equal(TimeSpan.FromMinutes(5), bundle.RefreshHint);
        Assert.Equal(0, TrustBundle.Parse(_bank.Domain, Encoding.UTF8.GetBytes(_bank.Json(use: "other"))).X509AuthorityCount);
        Assert.Equal(0, TrustBundle.Parse(_bank.Domain, "{\"keys\":[]}"u8.ToArray()).X509AuthorityCount);
    }

    [Fact]
    public void Bundle_ThatIsHostile_IsRefusedWhole()
    {
        string json = _bank.Json();
        string jwt = _bank.Json(""","kid":"k" """, "jwt-svid");
        string key = jwt[(jwt.IndexOf('[', StringComparison.Ordinal) + 1)..jwt.LastIndexOf(']')];
        using TestAuthority impostor = new("bank.example", "spiffe://partner.example");
        using TestAuthority named = new("bank.example", "spiffe://bank.example/agent");
        string[] hostile =
        [
            "", "[]", "{}", "null", """{"keys":{}}""", """{"keys":[1]}""",
            new string('[', 100_000),
            $$"""{"keys":[],"x":{{new string('[', 20)}}{{new string(']', 20)}}}""",
            $$"""{"keys":[],"x":"{{new string('a', TrustBundle.MaxDocumentBytes)}}"}""",
            $$"""{"keys":[{{string.Join(',', Enumerable.Repeat("{}", TrustBundle.MaxKeys + 1))}}]}""",
            """{"keys":[],"keys":[]}""",
            """{"keys":[],"spiffe_sequence":-1}""",
            """{"keys":[],"spiffe_refresh_hint":"1"}""",
            _bank.Json(""","d":"AA" """),
            _bank.Json(""","k":"AA" """),
            json.Replace("x5c", "x5d", StringComparison.Ordinal),
            json.Replace("\"x5c\":[", "\"x5c\":[\"AA\",", StringComparison.Ordinal),
            json.Replace("\"x\":\"", "\"x\":\"AA", StringComparison.Ordinal),
            _partner.Json().Replace("\"spiffe_sequence\":7,", "", StringComparison.Ordinal), // names another domain
            impostor.Json(),
            named.Json(),
            _bank.Json(use: "jwt-svid"), // no kid
            _bank.Json(""","kid":"k","alg":"HS256" """, "jwt-svid"),
            _bank.Json(""","kid":"k","alg":"RS256" """, "jwt-svid"),
            $$"""{"keys":[{{key}},{{key}}]}""",
        ];
        Assert.All(hostile, document => Assert.Throws<FormatException>(() => TrustBundle.Parse(_bank.Domain, Encoding.UTF8.GetBytes(document))));
    }

    [Fact]
    public void Bundle_OfWhatIsNoAuthority_IsRefused()
    {
        using X509Certificate2 leaf = _bank.Leaf();
        using X509Certificate2 between = _bank.Intermediate(null);

        Assert.Throws<FormatException>(() => TrustBundle.OfX509(_bank.Domain, leaf));
        Assert.Throws<FormatException>(() => TrustBundle.OfX509(_bank.Domain, between));
        Assert.Throws<ArgumentException>(() => TrustBundle.OfX509(default, _bank.Certificate));
    }

    public void Dispose()
    {
        _bank.Dispose();
        _partner.Dispose();
    }

    private void Refused(string code, X509Certificate2 leaf, params X509Certificate2[] intermediates)
    {
        SvidVerification verification = _verifier.Verify(leaf, intermediates);
        Assert.True(verification.RefusalCode == code, $"expected {code}, was {verification}");
        Assert.Null(verification.Workload);
    }

    private static X509Certificate2 SelfSigned()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(TestAuthority.Uris("spiffe://bank.example/agent"));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        return request.CreateSelfSigned(TestAuthority.Now.AddMinutes(-1), TestAuthority.Now.AddHours(1));
    }

    private static X509Certificate2 SelfSignedBy(out X509Certificate2 root)
    {
        TestAuthority forged = new("bank.example");
        root = forged.Certificate;
        return forged.Leaf();
    }
}
