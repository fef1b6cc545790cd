using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>One test an attack. Every forged token but those about signatures is signed with the issuer's own key.</summary>
public sealed class AttackOnVerifierTests : IAsyncLifetime, IDisposable
{
    private readonly TokenForge _forge = new();
    private readonly IssuingHost _host;

    public AttackOnVerifierTests() => _host = new IssuingHost(key: _forge.Key);

    private JsonObject Claims => TokenForge.Claims(_host.Time.GetUtcNow());

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _forge.Dispose();

    [Fact]
    public async Task A_forged_token_that_differs_in_nothing_is_accepted()
    {
        JwtVerification verification = await _host.VerifyAsync(_forge.Sign(_forge.Header(), Claims), scopes: "payments:write");

        Assert.True(verification.IsValid, verification.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task No_token(string? token) => await RefusedAsync(token, JwtRefusalCodes.TokenMissing);

    [Fact]
    public async Task An_oversized_token()
    {
        JsonObject claims = Claims;
        claims["padding"] = new string('x', JwtCredentialVerifier.MaxTokenLength);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.TokenTooLarge);
    }

    [Theory]
    [InlineData("not a token")]
    [InlineData("a")]
    [InlineData("..")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9..")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA")]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.e30.AAAA.AAAA.AAAA")]
    [InlineData("Bearer eyJhbGciOiJFUzI1NiJ9.e30.AAAA")]
    public async Task Text_that_is_no_compact_token(string token) => await RefusedAsync(token, JwtRefusalCodes.TokenMalformed);

    [Fact]
    public async Task Padding_in_base64url()
    {
        string[] parts = Good().Split('.');

        await RefusedAsync($"{parts[0]}=.{parts[1]}.{parts[2]}", JwtRefusalCodes.TokenMalformed);
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('\n')]
    [InlineData('\t')]
    public async Task Whitespace_in_base64url(char blank)
    {
        string token = Good();

        await RefusedAsync(token.Insert(token.Length - 4, blank.ToString()), JwtRefusalCodes.TokenMalformed);
    }

    [Fact]
    public async Task A_second_text_of_the_same_token_through_unused_bits()
    {
        // 86 characters carry 516 bits of which 512 are the signature's: the last 4 can be changed without changing it.
        string token = Good();
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char last = Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) | 1];
        Assert.NotEqual(last, token[^1]);

        await RefusedAsync(token[..^1] + last, JwtRefusalCodes.TokenMalformed);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{\"alg\":\"ES256\",}")]
    [InlineData("{\"alg\":\"ES256\"/**/}")]
    public async Task A_header_that_is_no_JSON_object(string header) =>
        await RefusedAsync(_forge.Sign(header, Claims.ToJsonString()), JwtRefusalCodes.TokenMalformed);

    [Fact]
    public async Task Claims_that_are_no_UTF8()
    {
        string header = TokenForge.Encode(_forge.Header().ToJsonString());
        string claims = Base64Url.EncodeToString([(byte)'{', (byte)'"', 0xC0, 0xAF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);

        await RefusedAsync($"{header}.{claims}.AAAA", JwtRefusalCodes.TokenMalformed);
    }

    [Theory]
    [InlineData("purpose")]
    [InlineData("sub")]
    public async Task Half_a_surrogate_pair_in_a_claim(string claim)
    {
        string claims = Claims.ToJsonString().Replace($"\"{claim}\":\"", $"\"{claim}\":\"\\ud800", StringComparison.Ordinal);

        await RefusedAsync(_forge.Sign(_forge.Header().ToJsonString(), claims), JwtRefusalCodes.TokenMalformed);
    }

    [Fact]
    public async Task Half_a_surrogate_pair_in_a_claims_name()
    {
        string claims = Claims.ToJsonString().Replace("{\"iss\"", "{\"\\ud800\":1,\"iss\"", StringComparison.Ordinal);

        await RefusedAsync(_forge.Sign(_forge.Header().ToJsonString(), claims), JwtRefusalCodes.TokenMalformed);
    }

    [Fact]
    public async Task Nesting_as_deep_as_fits_into_a_token()
    {
        string deep = string.Concat(Enumerable.Repeat("{\"a\":", 800)) + "1" + new string('}', 800);
        string claims = Claims.ToJsonString().Replace("{\"iss\"", $"{{\"x\":{deep},\"iss\"", StringComparison.Ordinal);

        await RefusedAsync(_forge.Sign(_forge.Header().ToJsonString(), claims), JwtRefusalCodes.TokenMalformed);
    }

    [Theory]
    [InlineData("{\"alg\":\"ES256\",\"alg\":\"none\",", "{\"alg\":\"ES256\",")]
    [InlineData("{\"\\u0061lg\":\"none\",\"alg\":\"ES256\",", "{\"alg\":\"ES256\",")]
    [InlineData("{\"kid\":\"other\",\"alg\":\"ES256\",", "{\"alg\":\"ES256\",")]
    public async Task A_header_member_twice(string twice, string once) =>
        await RefusedAsync(
            _forge.Sign(_forge.Header().ToJsonString().Replace(once, twice, StringComparison.Ordinal), Claims.ToJsonString()),
            JwtRefusalCodes.DuplicateMember);

    [Theory]
    [InlineData("\"aud\":\"payroll\",")]
    [InlineData("\"scope\":\"admin\",")]
    [InlineData("\"\\u0073ub\":\"root\",")]
    [InlineData("\"exp\":99999999999,")]
    public async Task A_claim_twice(string more) =>
        await RefusedAsync(
            _forge.Sign(_forge.Header().ToJsonString(), Claims.ToJsonString().Replace("{\"iss\"", $"{{{more}\"iss\"", StringComparison.Ordinal)),
            JwtRefusalCodes.DuplicateMember);

    [Fact]
    public async Task A_member_twice_within_act() =>
        await RefusedAsync(
            _forge.Sign(
                _forge.Header().ToJsonString(),
                Claims.ToJsonString().Replace("{\"sub\":\"invoice-agent\"}", "{\"sub\":\"invoice-agent\",\"sub\":\"other\"}", StringComparison.Ordinal)),
            JwtRefusalCodes.DuplicateMember);

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("")]
    public async Task No_algorithm_and_no_signature(string algorithm)
    {
        JsonObject header = _forge.Header();
        header["alg"] = algorithm;

        await RefusedAsync(
            $"{TokenForge.Encode(header.ToJsonString())}.{TokenForge.Encode(Claims.ToJsonString())}.", JwtRefusalCodes.AlgorithmNotAllowed);
    }

    [Fact]
    public async Task A_header_without_alg()
    {
        JsonObject header = _forge.Header();
        header.Remove("alg");

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.AlgorithmNotAllowed);
    }

    [Theory]
    [InlineData("der")]
    [InlineData("pem")]
    [InlineData("x")]
    public async Task HS256_with_the_public_key_as_secret(string form)
    {
        JsonObject header = _forge.Header();
        header["alg"] = "HS256";
        byte[] secret = form switch
        {
            "der" => _forge.PublicKeyDer(),
            "pem" => Encoding.ASCII.GetBytes(_forge.PublicKeyPem()),
            _ => Encoding.ASCII.GetBytes(JsonNode.Parse(_host.Keys.GetJwks())!["keys"]![0]!["x"]!.GetValue<string>()),
        };
        string signed = $"{TokenForge.Encode(header.ToJsonString())}.{TokenForge.Encode(Claims.ToJsonString())}";
        string mac = Base64Url.EncodeToString(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(signed)));

        await RefusedAsync($"{signed}.{mac}", JwtRefusalCodes.AlgorithmNotAllowed);
    }

    [Theory]
    [InlineData("ES384")]
    [InlineData("ES512")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("es256")]
    [InlineData("EdDSA")]
    public async Task Another_algorithm_than_the_pinned_one(string algorithm)
    {
        JsonObject header = _forge.Header();
        header["alg"] = algorithm;

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.AlgorithmNotAllowed);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("AT+JWT")]
    [InlineData("application/at+jwt")]
    [InlineData("secevent+jwt")]
    public async Task A_token_of_another_type(string type)
    {
        JsonObject header = _forge.Header();
        header["typ"] = type;

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.TypeNotAllowed);
    }

    [Fact]
    public async Task A_token_without_a_type()
    {
        JsonObject header = _forge.Header();
        header.Remove("typ");

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.TypeNotAllowed);
    }

    [Theory]
    [InlineData("[\"exp\"]")]
    [InlineData("[\"b64\"]")]
    [InlineData("[]")]
    public async Task A_critical_extension(string critical)
    {
        JsonObject header = _forge.Header();
        header["crit"] = JsonNode.Parse(critical);

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.CriticalHeader);
    }

    [Fact]
    public async Task A_key_that_the_token_brings_along()
    {
        using TokenForge attacker = new();
        JsonObject header = _forge.Header();
        header["jwk"] = JsonNode.Parse(new JwtKeyRing(attacker.Key).GetJwks())!["keys"]![0]!.DeepClone();

        await RefusedAsync(attacker.Sign(header, Claims), JwtRefusalCodes.KeyInHeader);
    }

    [Theory]
    [InlineData("jku", "https://attacker.example/keys")]
    [InlineData("x5u", "https://attacker.example/certificate")]
    [InlineData("x5c", "MIIB")]
    [InlineData("x5t", "AAAA")]
    [InlineData("x5t#S256", "AAAA")]
    public async Task A_key_that_the_token_points_at(string member, string value)
    {
        JsonObject header = _forge.Header();
        header[member] = value;

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.KeyInHeader);
    }

    [Theory]
    [InlineData("zip", "DEF")]
    [InlineData("enc", "A256GCM")]
    [InlineData("cty", "JWT")]
    [InlineData("b64", "false")]
    [InlineData("KID", "other")]
    public async Task A_header_member_that_nobody_asked_for(string member, string value)
    {
        JsonObject header = _forge.Header();
        header[member] = value;

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.UnexpectedHeader);
    }

    [Theory]
    [InlineData("../../../../dev/null")]
    [InlineData("..\\..\\keys")]
    [InlineData("/etc/hostname")]
    [InlineData("https://attacker.example/key")]
    [InlineData("' OR '1'='1")]
    [InlineData("key\r\nX-Injected: 1")]
    [InlineData("key\u0000")]
    [InlineData("${jndi:ldap://attacker.example}")]
    [InlineData("kéy")]
    [InlineData("")]
    public async Task A_key_id_that_means_something_elsewhere(string keyId)
    {
        JsonObject header = _forge.Header();
        header["kid"] = keyId;
        RecordingKeys keys = new(_host.Keys);

        JwtVerification verification = await _host.Verifier(keys).VerifyAsync(_forge.Sign(header, Claims), IssuingHost.Audience, []);

        Assert.Equal(JwtRefusalCodes.InvalidKeyId, verification.RefusalCode);
        Assert.Empty(keys.Asked);
    }

    [Fact]
    public async Task A_key_id_without_end()
    {
        JsonObject header = _forge.Header();
        header["kid"] = new string('k', 129);

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.InvalidKeyId);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"a\"]")]
    [InlineData("{\"a\":1}")]
    public async Task A_key_id_that_is_no_text(string keyId)
    {
        JsonObject header = _forge.Header();
        header["kid"] = JsonNode.Parse(keyId);

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.InvalidKeyId);
    }

    [Fact]
    public async Task No_key_id()
    {
        JsonObject header = _forge.Header();
        header.Remove("kid");

        await RefusedAsync(_forge.Sign(header, Claims), JwtRefusalCodes.InvalidKeyId);
    }

    [Fact]
    public async Task A_key_that_the_issuer_does_not_have()
    {
        using TokenForge attacker = new();

        await RefusedAsync(attacker.Sign(attacker.Header(), Claims), JwtRefusalCodes.UnknownKey);
    }

    [Fact]
    public async Task Another_key_under_the_issuers_key_id()
    {
        using TokenForge attacker = new();

        await RefusedAsync(attacker.Sign(_forge.Header(), Claims), JwtRefusalCodes.BadSignature);
    }

    [Fact]
    public async Task A_changed_claim_under_the_old_signature()
    {
        string[] parts = Good().Split('.');
        JsonObject claims = Claims;
        claims["scope"] = "payments:write payments:read payments:admin";

        await RefusedAsync($"{parts[0]}.{TokenForge.Encode(claims.ToJsonString())}.{parts[2]}", JwtRefusalCodes.BadSignature);
    }

    [Fact]
    public async Task A_signature_of_zeros()
    {
        // R = S = 0 passed as valid in some libraries (CVE-2022-21449).
        string[] parts = Good().Split('.');

        await RefusedAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}", JwtRefusalCodes.BadSignature);
    }

    [Fact]
    public async Task A_signature_cut_off()
    {
        string[] parts = Good().Split('.');

        await RefusedAsync($"{parts[0]}.{parts[1]}.", JwtRefusalCodes.BadSignature);
    }

    [Fact]
    public async Task A_signature_in_another_encoding()
    {
        string signed = $"{TokenForge.Encode(_forge.Header().ToJsonString())}.{TokenForge.Encode(Claims.ToJsonString())}";
        string[] good = Good().Split('.');
        byte[] raw = Base64Url.DecodeFromChars(good[2]);
        byte[] der = [0x30, 0x44, 0x02, 0x20, .. raw[..32], 0x02, 0x20, .. raw[32..]];

        await RefusedAsync($"{signed}.{Base64Url.EncodeToString(der)}", JwtRefusalCodes.BadSignature);
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("sub")]
    [InlineData("sub_type")]
    [InlineData("client_id")]
    [InlineData("jti")]
    [InlineData("iat")]
    [InlineData("nbf")]
    [InlineData("exp")]
    [InlineData("scope")]
    [InlineData("tenant")]
    [InlineData("authorization_details")]
    public async Task A_claim_left_out(string claim)
    {
        JsonObject claims = Claims;
        claims.Remove(claim);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.MissingClaim);
    }

    [Theory]
    [InlineData("exp", "\"99999999999\"")]
    [InlineData("exp", "99999999999.5")]
    [InlineData("exp", "1e99")]
    [InlineData("exp", "-1")]
    [InlineData("exp", "9223372036854775807")]
    [InlineData("exp", "null")]
    [InlineData("iat", "true")]
    [InlineData("nbf", "[]")]
    [InlineData("sub", "1")]
    [InlineData("sub", "\"\"")]
    [InlineData("sub", "\"ali\\u0000ce\"")]
    [InlineData("jti", "null")]
    [InlineData("jti", "{}")]
    [InlineData("tenant", "[\"bank\"]")]
    [InlineData("sub_type", "\"root\"")]
    [InlineData("aud", "1")]
    [InlineData("scope", "[\"payments:write\"]")]
    [InlineData("scope", "\"payments:write  payments:read\"")]
    [InlineData("scope", "\"\"")]
    [InlineData("scope", "\"payments:write\\tadmin\"")]
    [InlineData("act", "\"invoice-agent\"")]
    [InlineData("act", "{}")]
    [InlineData("act", "{\"sub\":\"invoice-agent\",\"act\":null}")]
    public async Task A_claim_of_the_wrong_form(string claim, string json)
    {
        JsonObject claims = Claims;
        claims[claim] = JsonNode.Parse(json);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Fact]
    public async Task A_text_claim_without_end()
    {
        JsonObject claims = Claims;
        claims["authorization_details"]![0]!["purpose"] = new string('p', 257);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("identifier")]
    [InlineData("purpose")]
    public async Task A_member_of_the_task_left_out(string member)
    {
        JsonObject claims = Claims;
        claims["authorization_details"]![0]!.AsObject().Remove(member);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.MissingClaim);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"task\"")]
    [InlineData("[\"task\"]")]
    [InlineData("""[{"type":"payment_initiation","identifier":"t","purpose":"p"}]""")]
    [InlineData("""[{"type":"intentauthz_task","identifier":"t","purpose":"p","locations":["https://elsewhere.example"]}]""")]
    [InlineData("""[{"type":"intentauthz_task","identifier":"t","purpose":"p"},{"type":"intentauthz_task","identifier":"u","purpose":"p"}]""")]
    [InlineData("""[{"type":"intentauthz_task","identifier":1,"purpose":"p"}]""")]
    public async Task Details_that_are_not_one_task(string json)
    {
        JsonObject claims = Claims;
        claims["authorization_details"] = JsonNode.Parse(json);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("\"key\"")]
    [InlineData("""{"jkt":""}""")]
    [InlineData("""{"jkt":1}""")]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4J"}""")] // two bits are left over
    [InlineData("""{"x5t#S256":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""")]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I","kid":"other"}""")]
    public async Task A_confirmation_that_is_not_one_thumbprint(string json)
    {
        JsonObject claims = Claims;
        claims["cnf"] = JsonNode.Parse(json);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Theory]
    [InlineData("\"identifier\":", "\"identifier\":\"task_other\",\"identifier\":")]
    [InlineData("{\"iss\"", "{\"cnf\":{\"jkt\":\"a\",\"jkt\":\"b\"},\"iss\"")]
    public async Task A_member_twice_within_a_claim(string once, string twice) =>
        await RefusedAsync(
            _forge.Sign(_forge.Header().ToJsonString(), Claims.ToJsonString().Replace(once, twice, StringComparison.Ordinal)),
            JwtRefusalCodes.DuplicateMember);

    [Fact]
    public async Task A_client_that_is_not_the_actor()
    {
        JsonObject claims = Claims;
        claims["client_id"] = "another-agent";

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Fact]
    public async Task A_person_who_is_said_to_act_without_an_agent()
    {
        JsonObject claims = Claims;
        claims.Remove("act");
        claims["client_id"] = "alice";

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Fact]
    public async Task A_chain_of_actors_longer_than_tasks_can_hang()
    {
        JsonObject claims = Claims;
        JsonObject act = new() { ["sub"] = "invoice-agent" };
        claims["act"] = act;
        for (int i = 0; i < TaskRegistry.MaxDepth; i++)
        {
            JsonObject before = new() { ["sub"] = "another" };
            act["act"] = before;
            act = before;
        }

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Theory]
    [InlineData("[\"payments\",\"payroll\"]")]
    [InlineData("[\"payroll\",\"payments\"]")]
    [InlineData("[\"payments\"]")]
    [InlineData("[]")]
    public async Task Several_audiences(string audience)
    {
        JsonObject claims = Claims;
        claims["aud"] = JsonNode.Parse(audience);

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.SeveralAudiences);
    }

    [Theory]
    [InlineData("payroll")]
    [InlineData("Payments")]
    [InlineData("payments/")]
    [InlineData("payments payroll")]
    [InlineData("payment")]
    public async Task A_token_for_another_service(string audience)
    {
        JsonObject claims = Claims;
        claims["aud"] = audience;

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.WrongAudience);
    }

    [Theory]
    [InlineData("https://attacker.example")]
    [InlineData("https://agents.bank.example/")]
    [InlineData("HTTPS://agents.bank.example")]
    public async Task A_token_of_another_issuer(string issuer)
    {
        JsonObject claims = Claims;
        claims["iss"] = issuer;

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.WrongIssuer);
    }

    [Fact]
    public async Task A_token_without_a_required_scope() =>
        Assert.Equal(
            JwtRefusalCodes.InsufficientScope,
            (await _host.VerifyAsync(Good(), IssuingHost.Audience, "payments:write", "payments:admin")).RefusalCode);

    [Theory]
    [InlineData("payments:writ")]
    [InlineData("PAYMENTS:WRITE")]
    [InlineData("payments")]
    public async Task A_scope_that_only_resembles_the_required_one(string required) =>
        Assert.Equal(
            JwtRefusalCodes.InsufficientScope, (await _host.VerifyAsync(Good(), IssuingHost.Audience, required)).RefusalCode);

    [Fact]
    public async Task A_life_longer_than_any_credential_may_have()
    {
        JsonObject claims = Claims;
        claims["exp"] = _host.Time.GetUtcNow().AddDays(365).ToUnixTimeSeconds();

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.LifetimeTooLong);
    }

    [Fact]
    public async Task An_end_before_the_beginning()
    {
        JsonObject claims = Claims;
        claims["nbf"] = _host.Time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds();

        await RefusedAsync(_forge.Sign(_forge.Header(), claims), JwtRefusalCodes.InvalidClaim);
    }

    [Fact]
    public async Task A_refusal_quotes_nothing_of_the_token()
    {
        JsonObject claims = Claims;
        claims["aud"] = "a-very-telling-audience";
        string token = _forge.Sign(_forge.Header(), claims);

        JwtVerification verification = await _host.VerifyAsync(token);

        Assert.DoesNotContain("telling", verification.ToString(), StringComparison.Ordinal);
        Assert.All(token.Split('.'), part => Assert.DoesNotContain(part, verification.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_required_scope_of_two_words_is_a_mistake_of_the_service() =>
        await Assert.ThrowsAsync<ArgumentException>(async () => await _host.VerifyAsync(Good(), IssuingHost.Audience, "payments:write payments:read"));

    private string Good() => _forge.Sign(_forge.Header(), Claims);

    private async Task RefusedAsync(string? token, string code)
    {
        JwtVerification verification = await _host.VerifyAsync(token, IssuingHost.Audience, "payments:write");

        Assert.True(verification.RefusalCode == code, $"expected {code}, got {verification}");
        Assert.False(verification.IsValid);
        Assert.Null(verification.Credential);
    }

    private sealed class RecordingKeys(IVerificationKeySource inner) : IVerificationKeySource
    {
        internal List<string> Asked { get; } = [];

        public ValueTask<VerificationKeySet> GetKeysAsync(string keyId, CancellationToken cancellationToken)
        {
            Asked.Add(keyId);
            return inner.GetKeysAsync(keyId, cancellationToken);
        }
    }
}
