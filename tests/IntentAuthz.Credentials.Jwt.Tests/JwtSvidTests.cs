using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>Attacks on the JWT-SVID verifier: each differs from a good token in one thing and is refused by its own code.</summary>
public sealed class JwtSvidTests : IDisposable
{
    private const string Audience = "agent-host";

    private static readonly DateTimeOffset s_now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private readonly ECDsa _ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _partnerEc = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RSA _rsa = RSA.Create(2048);
    private readonly FakeTimeProvider _clock = new(s_now);
    private readonly TrustBundleSet _bundles;
    private readonly JwtSvidVerifier _verifier;

    public JwtSvidTests()
    {
        _bundles = new TrustBundleSet(
            Bundle("bank.example", Jwk(_ec, "ec"), Jwk(_rsa, "rsa"), Jwk(_rsa, "ps", "PS256")),
            Bundle("partner.example", Jwk(_partnerEc, "partner")));
        _verifier = new JwtSvidVerifier(_bundles, _clock);
    }

    [Fact]
    public void Token_OfItsOwnTrustDomain_IsVerified()
    {
        SvidVerification verification = _verifier.Verify(Sign(Header(), Claims()), Audience);

        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal("spiffe://bank.example/agent", verification.Workload.Id.ToString());
        Assert.Equal(WorkloadDocument.JwtSvid, verification.Workload.Document);
        Assert.Equal(s_now.AddMinutes(5), verification.Workload.ExpiresAt);
    }

    [Theory]
    [InlineData("P-256", "ES256")]
    [InlineData("P-384", "ES384")]
    [InlineData("P-521", "ES512")]
    public void Algorithm_OfTheCurve_Verifies(string curve, string algorithm)
    {
        using ECDsa key = ECDsa.Create(ECCurve.CreateFromFriendlyName($"nistP{curve[2..]}"));
        JwtSvidVerifier verifier = new(new TrustBundleSet(Bundle("bank.example", Jwk(key, "k", curve: curve))), _clock);
        HashAlgorithmName hash = new($"SHA{algorithm[2..]}");
        string token = Sign(Header("k", algorithm), Claims(), data => key.SignData(data, hash));

        Assert.True(verifier.Verify(token, Audience).IsValid, verifier.Verify(token, Audience).ToString());
        string forged = token[..^8] + (token[^8] == 'A' ? "B" : "A") + token[^7..];
        Assert.Equal(SvidRefusalCodes.BadSignature, verifier.Verify(forged, Audience).RefusalCode);
    }

    [Fact]
    public void Algorithm_IsTheKeysAndNotTheTokens()
    {
        byte[] Pkcs1(byte[] data) => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        byte[] Pss(byte[] data) => _rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);

        Assert.True(_verifier.Verify(Sign(Header("rsa", "RS256"), Claims(), Pkcs1), Audience).IsValid);
        Assert.True(_verifier.Verify(Sign(Header("rsa", "PS256"), Claims(), Pss), Audience).IsValid);
        Assert.True(_verifier.Verify(Sign(Header("ps", "PS256"), Claims(), Pss), Audience).IsValid);
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ps", "RS256"), Claims(), Pkcs1));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ec", "RS256"), Claims(), Pkcs1));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("rsa"), Claims()));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ec", "ES384"), Claims()));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ec", "HS256"), Claims(), data => HMACSHA256.HashData(_ec.ExportSubjectPublicKeyInfo(), data)));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ec", "none"), Claims(), static _ => []));
        Refused(SvidRefusalCodes.AlgorithmNotAllowed, Sign(Header("ec", "es256"), Claims()));
        Refused(SvidRefusalCodes.BadSignature, Sign(Header(), Claims(), static _ => []));
        Refused(SvidRefusalCodes.BadSignature, Sign(Header(), Claims(), static _ => new byte[64]));
        Refused(SvidRefusalCodes.BadSignature, Sign(Header(), Claims(), static _ => new byte[32]));
        Refused(SvidRefusalCodes.BadSignature, Sign(Header("rsa", "PS256"), Claims(), Pkcs1));
    }

    [Fact]
    public void Forgery_AcrossTrustDomains_IsRefused()
    {
        byte[] Partner(byte[] data) => _partnerEc.SignData(data, HashAlgorithmName.SHA256);

        Refused(SvidRefusalCodes.UnknownKey, Sign(Header("partner"), Claims(), Partner));
        Refused(SvidRefusalCodes.BadSignature, Sign(Header("ec"), Claims(), Partner));
        Refused(SvidRefusalCodes.UntrustedDomain, Sign(Header("ec"), Claims(("sub", "spiffe://unknown.example/agent"))));
        Assert.True(_bundles.Remove(TrustDomain.Parse("bank.example")));
        Refused(SvidRefusalCodes.UntrustedDomain, Sign(Header(), Claims()));
    }

    [Theory]
    [InlineData("sub", null, SvidRefusalCodes.MissingClaim)]
    [InlineData("aud", null, SvidRefusalCodes.MissingClaim)]
    [InlineData("exp", null, SvidRefusalCodes.MissingClaim)]
    [InlineData("sub", "\"agent\"", SvidRefusalCodes.InvalidSpiffeId)]
    [InlineData("sub", "\"spiffe://bank.example\"", SvidRefusalCodes.InvalidSpiffeId)]
    [InlineData("sub", "\"spiffe://bank.example/a/../b\"", SvidRefusalCodes.InvalidSpiffeId)]
    [InlineData("sub", "[\"spiffe://bank.example/agent\"]", SvidRefusalCodes.InvalidSpiffeId)]
    [InlineData("aud", "\"other\"", SvidRefusalCodes.WrongAudience)]
    [InlineData("aud", "\"agent-host/\"", SvidRefusalCodes.WrongAudience)]
    [InlineData("aud", "\"AGENT-HOST\"", SvidRefusalCodes.WrongAudience)]
    [InlineData("aud", "[]", SvidRefusalCodes.InvalidClaim)]
    [InlineData("aud", "[\"agent-host\",1]", SvidRefusalCodes.InvalidClaim)]
    [InlineData("exp", "\"1772442300\"", SvidRefusalCodes.InvalidClaim)]
    [InlineData("exp", "1e400", SvidRefusalCodes.InvalidClaim)]
    [InlineData("exp", "-1", SvidRefusalCodes.InvalidClaim)]
    [InlineData("exp", "null", SvidRefusalCodes.InvalidClaim)]
    [InlineData("nbf", "\"x\"", SvidRefusalCodes.InvalidClaim)]
    [InlineData("sub", "\"\\ud800\"", SvidRefusalCodes.TokenMalformed)]
    public void Claim_MissingOrWrong_IsRefused(string name, string? json, string code)
    {
        JsonObject claims = Claims();
        _ = claims.Remove(name);
        string text = claims.ToJsonString();
        Refused(code, Sign(Header().ToJsonString(), json is null ? text : $"{text[..^1]},\"{name}\":{json}}}"));
    }

    [Fact]
    public void Audience_AmongSeveral_IsTaken() =>
        Assert.True(_verifier.Verify(Sign(Header(), Claims(("aud", new JsonArray("other", Audience)))), Audience).IsValid);

    [Fact]
    public void Time_AllowsNothingOnTheEndAndFiveSecondsOnTheBeginning()
    {
        long now = s_now.ToUnixTimeSeconds();
        Refused(SvidRefusalCodes.Expired, Sign(Header(), Claims(("exp", now), ("iat", now - 60))));
        Assert.True(_verifier.Verify(Sign(Header(), Claims(("nbf", now + 5), ("iat", now + 5))), Audience).IsValid);
        Refused(SvidRefusalCodes.NotYetValid, Sign(Header(), Claims(("nbf", now + 6))));
        Refused(SvidRefusalCodes.IssuedInFuture, Sign(Header(), Claims(("iat", now + 6))));
        Refused(SvidRefusalCodes.InvalidClaim, Sign(Header(), Claims(("iat", now + 900))));
    }

    [Theory]
    [InlineData("typ", "\"at+jwt\"", SvidRefusalCodes.TypeNotAllowed)]
    [InlineData("typ", "1", SvidRefusalCodes.TypeNotAllowed)]
    [InlineData("crit", "[\"b64\"]", SvidRefusalCodes.CriticalHeader)]
    [InlineData("jwk", "{}", SvidRefusalCodes.KeyInHeader)]
    [InlineData("jku", "\"https://evil.example\"", SvidRefusalCodes.KeyInHeader)]
    [InlineData("x5c", "[]", SvidRefusalCodes.KeyInHeader)]
    [InlineData("zip", "\"DEF\"", SvidRefusalCodes.UnexpectedHeader)]
    [InlineData("kid", null, SvidRefusalCodes.InvalidKeyId)]
    [InlineData("kid", "\"a\\u0000\"", SvidRefusalCodes.InvalidKeyId)]
    [InlineData("kid", "\"../ec\"", SvidRefusalCodes.UnknownKey)]
    public void Header_ThatSteersOrIsWrong_IsRefused(string name, string? json, string code)
    {
        JsonObject header = Header();
        _ = header.Remove(name);
        string text = header.ToJsonString();
        Refused(code, Sign(json is null ? text : $"{text[..^1]},\"{name}\":{json}}}", Claims().ToJsonString()));
    }

    [Fact]
    public void Token_ThatTwoReadersCouldReadDifferently_IsRefused()
    {
        string header = Header().ToJsonString();
        string claims = Claims().ToJsonString();
        string good = Sign(header, claims);

        Refused(SvidRefusalCodes.DuplicateMember, Sign(header, $"{claims[..^1]},\"sub\":\"spiffe://bank.example/admin\"}}"));
        Refused(SvidRefusalCodes.DuplicateMember, Sign(header, $"{claims[..^1]},\"s\\u0075b\":\"spiffe://bank.example/admin\"}}"));
        Refused(SvidRefusalCodes.DuplicateMember, Sign($"{header[..^1]},\"alg\":\"none\"}}", claims));
        Refused(SvidRefusalCodes.TokenMalformed, Sign(header, $"{claims[..^1]},\"x\":{new string('[', 64)}{new string(']', 64)}}}"));
        Refused(SvidRefusalCodes.TokenMalformed, good + "=");
        Refused(SvidRefusalCodes.TokenMalformed, " " + good);
        Refused(SvidRefusalCodes.TokenMalformed, good + ".a");
        Refused(SvidRefusalCodes.TokenMalformed, "a.b");
        Refused(SvidRefusalCodes.DocumentTooLarge, Sign(header, $"{claims[..^1]},\"x\":\"{new string('x', JwtSvidVerifier.MaxTokenLength)}\"}}"));
        Assert.Equal(SvidRefusalCodes.DocumentMissing, _verifier.Verify("", Audience).RefusalCode);
        Assert.Equal(SvidRefusalCodes.DocumentMissing, _verifier.Verify(null, Audience).RefusalCode);
    }

    [Fact]
    public void Verifier_UnderManyThreadsAndRotation_AnswersAlikeAlways()
    {
        string token = Sign(Header(), Claims());
        Parallel.For(0, 400, i =>
        {
            if (i % 20 == 0)
            {
                _ = _bundles.Replace(Bundle("bank.example", Jwk(_ec, "ec")));
            }

            Assert.True(_verifier.Verify(token, Audience).IsValid);
        });
    }

    public void Dispose()
    {
        _ec.Dispose();
        _partnerEc.Dispose();
        _rsa.Dispose();
    }

    private void Refused(string code, string token)
    {
        SvidVerification verification = _verifier.Verify(token, Audience);
        Assert.True(verification.RefusalCode == code, $"expected {code}, was {verification}");
    }

    private static JsonObject Header(string kid = "ec", string algorithm = "ES256") => new() { ["alg"] = algorithm, ["kid"] = kid, ["typ"] = "JWT" };

    private static JsonObject Claims(params (string Name, JsonNode Value)[] changes)
    {
        long now = s_now.ToUnixTimeSeconds();
        JsonObject claims = new() { ["sub"] = "spiffe://bank.example/agent", ["aud"] = Audience, ["exp"] = now + 300, ["iat"] = now };
        foreach ((string name, JsonNode value) in changes)
        {
            claims[name] = value;
        }

        return claims;
    }

    private string Sign(JsonObject header, JsonObject claims, Func<byte[], byte[]>? sign = null) => Sign(header.ToJsonString(), claims.ToJsonString(), sign);

    private string Sign(string header, string claims, Func<byte[], byte[]>? sign = null)
    {
        string text = $"{TokenForge.Encode(header)}.{TokenForge.Encode(claims)}";
        byte[] data = Encoding.ASCII.GetBytes(text);
        return $"{text}.{Base64Url.EncodeToString(sign is null ? _ec.SignData(data, HashAlgorithmName.SHA256) : sign(data))}";
    }

    private static TrustBundle Bundle(string domain, params JsonObject[] keys) => TrustBundle.Parse(
        TrustDomain.Parse(domain), Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString()));

    private static JsonObject Jwk(ECDsa key, string id, string curve = "P-256")
    {
        ECParameters point = key.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["kty"] = "EC", ["use"] = "jwt-svid", ["crv"] = curve, ["kid"] = id,
            ["x"] = Base64Url.EncodeToString(point.Q.X), ["y"] = Base64Url.EncodeToString(point.Q.Y),
        };
    }

    private static JsonObject Jwk(RSA key, string id, string? algorithm = null)
    {
        RSAParameters parameters = key.ExportParameters(includePrivateParameters: false);
        JsonObject jwk = new()
        {
            ["kty"] = "RSA", ["use"] = "jwt-svid", ["kid"] = id,
            ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
        if (algorithm is not null)
        {
            jwk["alg"] = algorithm;
        }

        return jwk;
    }
}
