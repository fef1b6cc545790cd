using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IntentAuthz.Credentials.Jwt.Tests;

/// <summary>One test an attack on the binding of a token to its key. Tokens are signed with the issuer's own key throughout.</summary>
public sealed class AttackOnProofTests : IAsyncLifetime, IDisposable
{
    private static readonly TokenExpectation s_expected = new(IssuingHost.Audience, "payments:write");

    private readonly TokenForge _forge = new();
    private readonly ProofForge _holder = new();
    private readonly ProofForge _thief = new();
    private readonly IssuingHost _host;
    private readonly JwtCredentialVerifier _verifier;

    public AttackOnProofTests()
    {
        _host = new IssuingHost(key: _forge.Key);
        _verifier = _host.Verifier();
        Token = Bound(_holder.Thumbprint);
    }

    private string Token { get; }

    private DateTimeOffset Now => _host.Time.GetUtcNow();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose()
    {
        _forge.Dispose();
        _holder.Dispose();
        _thief.Dispose();
    }

    [Fact]
    public async Task A_forged_request_that_differs_in_nothing_is_accepted()
    {
        JwtVerification verification = await VerifyAsync(GoodProof());

        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal(_holder.Thumbprint, verification.Credential.KeyThumbprint);
    }

    [Fact]
    public async Task A_bound_token_shown_as_bearer()
    {
        Refused(await _verifier.VerifyAsync(Token, IssuingHost.Audience, []), JwtRefusalCodes.BoundTokenAsBearer);
        Refused(await FromHeadersAsync($"Bearer {Token}", GoodProof()), JwtRefusalCodes.BoundTokenAsBearer);
    }

    [Fact]
    public async Task A_bearer_token_shown_as_bound()
    {
        string bearer = _forge.Sign(_forge.Header(), TokenForge.Claims(Now));
        string proof = _holder.Sign(_holder.Header(), ProofForge.Claims(bearer, Now));

        Refused(await FromHeadersAsync($"DPoP {bearer}", proof), JwtRefusalCodes.UnboundTokenWithProof);
        Refused(await FromHeadersAsync($"Bearer {bearer}", proof), JwtRefusalCodes.UnboundTokenWithProof);
        Assert.True((await FromHeadersAsync($"Bearer {bearer}", null)).IsValid);
    }

    [Fact]
    public async Task A_bearer_token_where_only_bound_ones_are_taken()
    {
        JwtCredentialVerifier strict = new(new JwtVerifierOptions
        {
            Issuer = IssuingHost.Issuer, Keys = _host.Keys, Revocation = _host.Revocations, Time = _host.Time, RequireSenderConstraint = true,
        });

        Refused(
            await strict.VerifyAsync(_forge.Sign(_forge.Header(), TokenForge.Claims(Now)), IssuingHost.Audience, []),
            JwtRefusalCodes.SenderConstraintRequired);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task A_copied_token_without_its_key(string? proof) => await RefusedAsync(proof, JwtRefusalCodes.ProofMissing);

    [Fact]
    public async Task A_proof_by_another_key() =>
        await RefusedAsync(_thief.Sign(_thief.Header(), ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofWrongKey);

    [Fact]
    public async Task A_proof_that_names_the_holders_key_but_is_signed_by_another() =>
        await RefusedAsync(_thief.Sign(_holder.Header(), ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofBadSignature);

    [Fact]
    public async Task A_changed_proof_under_the_old_signature()
    {
        string[] parts = GoodProof().Split('.');
        JsonObject claims = ProofForge.Claims(Token, Now);

        await RefusedAsync($"{parts[0]}.{TokenForge.Encode(claims.ToJsonString())}.{parts[2]}", JwtRefusalCodes.ProofBadSignature);
        await RefusedAsync($"{parts[0]}.{parts[1]}.", JwtRefusalCodes.ProofBadSignature);
        await RefusedAsync($"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(new byte[64])}", JwtRefusalCodes.ProofBadSignature);
    }

    [Fact]
    public async Task A_key_that_is_no_point_on_the_curve()
    {
        JsonObject header = _holder.Header();
        header["jwk"]!["y"] = _thief.Y;
        string thumbprint = ProofForge.Hash($"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{_holder.X}\",\"y\":\"{_thief.Y}\"}}");
        string token = Bound(thumbprint);

        Refused(await VerifyAsync(_holder.Sign(header, ProofForge.Claims(token, Now)), token), JwtRefusalCodes.ProofBadSignature);
    }

    [Fact]
    public async Task The_private_key_in_the_proof()
    {
        JsonObject header = _holder.Header();
        header["jwk"]!["d"] = _holder.PrivatePart;

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofKeyPrivate);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""", JwtRefusalCodes.ProofKeyPrivate)]
    [InlineData("""{"kty":"RSA","n":"AAAA","e":"AQAB"}""")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"AAAA"}""")]
    public async Task A_key_of_another_kind(string json, string code = JwtRefusalCodes.ProofKeyNotAllowed)
    {
        JsonObject header = _holder.Header();
        header["jwk"] = JsonNode.Parse(json);

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), code);
    }

    [Theory]
    [InlineData("kty", "ec")]
    [InlineData("crv", "P-384")]
    [InlineData("x", "AAAA")]
    [InlineData("y", "")]
    [InlineData("kid", "other")]
    [InlineData("x5c", "MIIB")]
    public async Task A_key_with_one_member_of_another_kind(string member, string value)
    {
        JsonObject header = _holder.Header();
        header["jwk"]![member] = value;

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofKeyNotAllowed);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("ES384")]
    [InlineData("es256")]
    [InlineData("")]
    public async Task Another_algorithm_than_the_pinned_one(string algorithm)
    {
        JsonObject header = _holder.Header();
        header["alg"] = algorithm;

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofAlgorithmNotAllowed);
    }

    [Fact]
    public async Task HS256_with_the_public_key_as_secret()
    {
        JsonObject header = _holder.Header();
        header["alg"] = "HS256";
        string signed = $"{TokenForge.Encode(header.ToJsonString())}.{TokenForge.Encode(ProofForge.Claims(Token, Now).ToJsonString())}";
        string mac = Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(_holder.X), Encoding.ASCII.GetBytes(signed)));

        await RefusedAsync($"{signed}.{mac}", JwtRefusalCodes.ProofAlgorithmNotAllowed);
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("at+jwt")]
    [InlineData("DPOP+JWT")]
    [InlineData("")]
    public async Task A_proof_of_another_type(string type)
    {
        JsonObject header = _holder.Header();
        header["typ"] = type;

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofTypeNotAllowed);
    }

    [Theory]
    [InlineData("kid")]
    [InlineData("crit")]
    [InlineData("jku")]
    [InlineData("x5c")]
    [InlineData("b64")]
    public async Task A_header_member_that_nobody_asked_for(string member)
    {
        JsonObject header = _holder.Header();
        header[member] = "x";

        await RefusedAsync(_holder.Sign(header, ProofForge.Claims(Token, Now)), JwtRefusalCodes.ProofUnexpectedHeader);
    }

    [Fact]
    public async Task The_token_itself_as_proof() => await RefusedAsync(Token, JwtRefusalCodes.ProofUnexpectedHeader);

    [Theory]
    [InlineData("\"typ\":", "\"typ\":\"JWT\",\"typ\":")]
    [InlineData("\"kty\":", "\"kty\":\"RSA\",\"kty\":")]
    [InlineData("\"x\":", "\"\\u0078\":\"AAAA\",\"x\":")]
    public async Task A_member_twice_in_header_or_key(string once, string twice) =>
        await RefusedAsync(
            _holder.Sign(_holder.Header().ToJsonString().Replace(once, twice, StringComparison.Ordinal), ProofForge.Claims(Token, Now).ToJsonString()),
            JwtRefusalCodes.ProofDuplicateMember);

    [Theory]
    [InlineData("\"htm\":\"GET\",")]
    [InlineData("\"iat\":1,")]
    [InlineData("\"j\\u0074i\":\"a\",")]
    public async Task A_claim_twice(string more) =>
        await RefusedAsync(
            _holder.Sign(_holder.Header().ToJsonString(), ProofForge.Claims(Token, Now).ToJsonString().Replace("{\"jti\"", $"{{{more}\"jti\"", StringComparison.Ordinal)),
            JwtRefusalCodes.ProofDuplicateMember);

    [Theory]
    [InlineData("jti")]
    [InlineData("htm")]
    [InlineData("htu")]
    [InlineData("iat")]
    [InlineData("ath")]
    public async Task A_claim_left_out(string claim)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims.Remove(claim);

        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofMissingClaim);
    }

    [Theory]
    [InlineData("jti", "1")]
    [InlineData("jti", "\"\"")]
    [InlineData("htm", "[\"POST\"]")]
    [InlineData("htu", "{}")]
    [InlineData("iat", "\"1\"")]
    [InlineData("iat", "1e99")]
    [InlineData("iat", "-1")]
    [InlineData("ath", "null")]
    [InlineData("nonce", "1")]
    [InlineData("nonce", "\"a b\"")]
    public async Task A_claim_of_the_wrong_form(string claim, string json)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims[claim] = JsonNode.Parse(json);

        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofInvalidClaim);
    }

    [Theory]
    [InlineData("not a proof", JwtRefusalCodes.ProofMalformed)]
    [InlineData("a.b.c", JwtRefusalCodes.ProofMalformed)]
    [InlineData("e30.e30", JwtRefusalCodes.ProofMalformed)]
    [InlineData("W10.e30.AAAA", JwtRefusalCodes.ProofMalformed)]
    public async Task Text_that_is_no_proof(string proof, string code) => await RefusedAsync(proof, code);

    [Fact]
    public async Task An_oversized_proof_and_an_id_without_end()
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims["padding"] = new string('x', 4096);
        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofTooLarge);

        claims = ProofForge.Claims(Token, Now);
        claims["jti"] = new string('x', 257);
        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofInvalidClaim);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("post")]
    public async Task A_proof_for_another_method(string method)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims["htm"] = method;

        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofWrongMethod);
    }

    [Theory]
    [InlineData("http://payments.bank.example/v1/orders")]
    [InlineData("https://payments.bank.example:8443/v1/orders")]
    [InlineData("https://payroll.bank.example/v1/orders")]
    [InlineData("https://payments.bank.example.attacker.example/v1/orders")]
    [InlineData("https://payments.bank.example@attacker.example/v1/orders")]
    [InlineData("https://user@payments.bank.example/v1/orders")]
    [InlineData("https://payments.bank.example/v1/Orders")]
    [InlineData("https://payments.bank.example/v1/orders/")]
    [InlineData("https://payments.bank.example//v1/orders")]
    [InlineData("https://payments.bank.example/v1%2Forders")]
    [InlineData("https://payments.bank.example\\v1\\orders")]
    [InlineData("https:payments.bank.example/v1/orders")]
    [InlineData(" https://payments.bank.example/v1/orders")]
    [InlineData("/v1/orders")]
    [InlineData("file:///v1/orders")]
    public async Task A_proof_for_another_address(string url)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims["htu"] = url;

        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofWrongUrl);
    }

    [Theory]
    [InlineData("HTTPS://Payments.Bank.Example:443/v1/orders")]
    [InlineData("https://payments.bank.example/v1/orders?state=open#top")]
    [InlineData("https://payments.bank.example/v2/../v1/%6frders")]
    public async Task The_same_address_in_another_spelling_is_accepted(string url)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims["htu"] = url;

        JwtVerification verification = await VerifyAsync(_holder.Sign(_holder.Header(), claims));

        Assert.True(verification.IsValid, verification.ToString());
    }

    [Fact]
    public async Task A_proof_of_the_same_key_for_another_token()
    {
        string other = Bound(_holder.Thumbprint, "lease_another");

        await RefusedAsync(_holder.Sign(_holder.Header(), ProofForge.Claims(other, Now)), JwtRefusalCodes.ProofWrongToken);
    }

    [Theory]
    [InlineData(-59, null)]
    [InlineData(-60, JwtRefusalCodes.ProofTooOld)]
    [InlineData(5, null)]
    [InlineData(6, JwtRefusalCodes.ProofFromFuture)]
    public async Task A_proof_is_good_for_a_minute_and_five_seconds_ahead(int seconds, string? code)
    {
        JsonObject claims = ProofForge.Claims(Token, Now.AddSeconds(seconds));

        Assert.Equal(code, (await VerifyAsync(_holder.Sign(_holder.Header(), claims))).RefusalCode);
    }

    [Fact]
    public async Task A_captured_request_sent_again()
    {
        string proof = GoodProof();
        Assert.True((await VerifyAsync(proof)).IsValid);

        await RefusedAsync(proof, JwtRefusalCodes.ProofReplayed);
        _host.Time.Advance(TimeSpan.FromSeconds(59));
        await RefusedAsync(proof, JwtRefusalCodes.ProofReplayed);
        _host.Time.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(proof, JwtRefusalCodes.ProofTooOld);
    }

    [Fact]
    public async Task The_same_id_in_another_proof_of_the_key()
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        Assert.True((await VerifyAsync(_holder.Sign(_holder.Header(), claims))).IsValid);
        claims["iat"] = Now.ToUnixTimeSeconds() + 1;

        await RefusedAsync(_holder.Sign(_holder.Header(), claims), JwtRefusalCodes.ProofReplayed);
    }

    [Fact]
    public async Task Of_many_that_send_one_request_at_once_one_gets_in()
    {
        string proof = GoodProof();

        JwtVerification[] all = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () => await VerifyAsync(proof))));

        Assert.Single(all, v => v.IsValid);
        Assert.Equal(31, all.Count(v => v.RefusalCode == JwtRefusalCodes.ProofReplayed));
    }

    [Fact]
    public async Task A_refused_request_uses_no_proof_up_and_takes_no_room()
    {
        ReplayCache cache = new(capacity: 1, _host.Time);
        JwtCredentialVerifier verifier = With(cache);
        string proof = GoodProof();

        Refused(await verifier.VerifyAsync(Shown(proof), new TokenExpectation("payroll")), JwtRefusalCodes.WrongAudience);
        Refused(await verifier.VerifyAsync(Shown(proof), new TokenExpectation(IssuingHost.Audience, "admin")), JwtRefusalCodes.InsufficientScope);

        Assert.Equal(0, cache.Count);
        Assert.True((await verifier.VerifyAsync(Shown(proof), s_expected)).IsValid);
    }

    [Fact]
    public async Task A_full_cache_refuses_and_forgets_nothing()
    {
        JwtCredentialVerifier verifier = With(new ReplayCache(capacity: 1, _host.Time));
        string first = GoodProof();
        Assert.True((await verifier.VerifyAsync(Shown(first), s_expected)).IsValid);

        Refused(await verifier.VerifyAsync(Shown(GoodProof()), s_expected), JwtRefusalCodes.ReplayCacheFull);
        Refused(await verifier.VerifyAsync(Shown(first), s_expected), JwtRefusalCodes.ProofReplayed);

        _host.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.True((await verifier.VerifyAsync(Shown(GoodProof()), s_expected)).IsValid);
    }

    [Fact]
    public async Task A_replay_check_that_fails_or_cannot_tell_refuses()
    {
        Refused(await With(new ScriptedReplays(() => throw new HttpRequestException("unreachable"))).VerifyAsync(Shown(GoodProof()), s_expected), JwtRefusalCodes.ReplayUnknown);
        Refused(await With(new ScriptedReplays(() => default)).VerifyAsync(Shown(GoodProof()), s_expected), JwtRefusalCodes.ReplayUnknown);
    }

    [Fact]
    public async Task A_token_shown_twice_where_it_is_good_once()
    {
        TokenExpectation once = new(IssuingHost.Audience) { OneTime = true };
        string bearer = _forge.Sign(_forge.Header(), TokenForge.Claims(Now));

        Assert.True((await _verifier.VerifyAsync(Shown(GoodProof()), once)).IsValid);
        Refused(await _verifier.VerifyAsync(Shown(GoodProof()), once), JwtRefusalCodes.TokenReplayed);
        Refused(await _verifier.VerifyAsync(TokenPresentation.Bearer(bearer), once), JwtRefusalCodes.TokenReplayed); // the same jti
    }

    [Fact]
    public async Task A_proof_without_the_services_nonce_or_with_an_old_or_foreign_one()
    {
        DpopNonces nonces = new(lifetime: TimeSpan.FromSeconds(30), time: _host.Time);
        JwtCredentialVerifier verifier = new(new JwtVerifierOptions
        {
            Issuer = IssuingHost.Issuer, Keys = _host.Keys, Revocation = _host.Revocations, Time = _host.Time, Nonces = nonces,
        });
        string fresh = nonces.Current;

        JwtVerification without = await verifier.VerifyAsync(Shown(GoodProof()), s_expected);
        Refused(without, JwtRefusalCodes.ProofNonceMissing);
        Assert.Contains("use_dpop_nonce", without.Challenge, StringComparison.Ordinal);
        Refused(await verifier.VerifyAsync(Shown(GoodProof(new DpopNonces(time: _host.Time).Current)), s_expected), JwtRefusalCodes.ProofNonceWrong);
        Refused(await verifier.VerifyAsync(Shown(GoodProof("made-up")), s_expected), JwtRefusalCodes.ProofNonceWrong);
        Assert.True((await verifier.VerifyAsync(Shown(GoodProof(fresh)), s_expected)).IsValid);
        _host.Time.Advance(TimeSpan.FromSeconds(30));
        Refused(await verifier.VerifyAsync(Shown(GoodProof(fresh)), s_expected), JwtRefusalCodes.ProofNonceWrong);
    }

    [Fact]
    public async Task A_token_by_another_agent_of_another_task_or_tenant()
    {
        Refused(await PinnedAsync(new TokenExpectation(IssuingHost.Audience) { Agent = new AgentId("other-agent") }), JwtRefusalCodes.WrongAgent);
        Refused(await PinnedAsync(new TokenExpectation(IssuingHost.Audience) { Task = new TaskId("task_other") }), JwtRefusalCodes.WrongTask);
        Refused(await PinnedAsync(new TokenExpectation(IssuingHost.Audience) { Tenant = new TenantId("other-bank") }), JwtRefusalCodes.WrongTenant);
        Assert.True((await PinnedAsync(new TokenExpectation(IssuingHost.Audience)
        {
            Agent = new AgentId("invoice-agent"), Task = new TaskId("task_0123456789abcdef0123456789abcdef"), Tenant = IssuingHost.Tenant,
        })).IsValid);
    }

    [Fact]
    public async Task After_the_tasks_end_the_holder_itself_is_refused()
    {
        _host.Revocations.Revoke(new LeaseId("lease_0123456789abcdef0123456789abcdef"), Now.AddMinutes(5));

        await RefusedAsync(GoodProof(), JwtRefusalCodes.Revoked);
    }

    [Fact]
    public async Task Headers_that_contradict_each_other()
    {
        string[] authorization = [$"DPoP {Token}"];
        string[] proof = [GoodProof()];
        Refused(await OfAsync([.. authorization, $"Bearer {Token}"], proof), JwtRefusalCodes.SeveralAuthorizations);
        Refused(await OfAsync(authorization, [.. proof, GoodProof()]), JwtRefusalCodes.SeveralProofs);
        Refused(await OfAsync([], proof), JwtRefusalCodes.TokenMissing);
        Refused(await OfAsync(["Basic YTpi"], proof), JwtRefusalCodes.SchemeNotAllowed);
        Refused(await OfAsync(["DPoP"], proof), JwtRefusalCodes.TokenMissing);
        Refused(await OfAsync([$"DPoP {Token} {Token}"], proof), JwtRefusalCodes.TokenMalformed);
        Assert.True((await OfAsync([$"dpop {Token}"], proof)).IsValid);
    }

    [Fact]
    public async Task A_refusal_quotes_nothing_of_the_proof_and_a_challenge_not_the_code()
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        claims["htu"] = "https://very-telling.example/";
        JwtVerification verification = await VerifyAsync(_holder.Sign(_holder.Header(), claims));

        Assert.DoesNotContain("telling", verification.ToString(), StringComparison.Ordinal);
        Assert.Equal("DPoP error=\"invalid_dpop_proof\", algs=\"ES256\"", verification.Challenge);
        Assert.Equal("[DPoP token]", Shown(GoodProof()).ToString());
    }

    [Fact]
    public async Task A_challenge_speaks_of_the_scheme_that_will_do()
    {
        string bearer = _forge.Sign(_forge.Header(), TokenForge.Claims(Now));

        Assert.Equal("Bearer error=\"insufficient_scope\"", (await _verifier.VerifyAsync(bearer, IssuingHost.Audience, ["admin"])).Challenge);
        Assert.Equal("Bearer", (await _verifier.VerifyAsync(null, IssuingHost.Audience, [])).Challenge);
        Assert.Equal("DPoP error=\"invalid_token\", algs=\"ES256\"", (await _verifier.VerifyAsync(Token, IssuingHost.Audience, [])).Challenge);
        Assert.Equal("DPoP algs=\"ES256\"", (await OfAsync([], [])).Challenge);
        Assert.Equal("", (await VerifyAsync(GoodProof())).Challenge);
    }

    private string Bound(string thumbprint, string lease = "lease_0123456789abcdef0123456789abcdef")
    {
        JsonObject claims = TokenForge.Claims(Now);
        claims["cnf"] = new JsonObject { ["jkt"] = thumbprint };
        claims["jti"] = lease;
        return _forge.Sign(_forge.Header(), claims);
    }

    private string GoodProof(string? nonce = null)
    {
        JsonObject claims = ProofForge.Claims(Token, Now);
        if (nonce is not null)
        {
            claims["nonce"] = nonce;
        }

        return _holder.Sign(_holder.Header(), claims);
    }

    private JwtCredentialVerifier With(IReplayCheck replays) => new(new JwtVerifierOptions
    {
        Issuer = IssuingHost.Issuer, Keys = _host.Keys, Revocation = _host.Revocations, Time = _host.Time, Replays = replays,
    });

    private TokenPresentation Shown(string? proof, string? token = null) => TokenPresentation.Dpop(token ?? Token, proof, "POST", ProofForge.Url);

    private ValueTask<JwtVerification> VerifyAsync(string? proof, string? token = null) => _verifier.VerifyAsync(Shown(proof, token), s_expected);

    private ValueTask<JwtVerification> PinnedAsync(TokenExpectation expected) => _verifier.VerifyAsync(Shown(GoodProof()), expected);

    private ValueTask<JwtVerification> FromHeadersAsync(string authorization, string? proof) => OfAsync([authorization], proof is null ? [] : [proof]);

    private ValueTask<JwtVerification> OfAsync(string[] authorization, string[] proofs) =>
        _verifier.VerifyAsync(TokenPresentation.FromHeaders(authorization, proofs, "POST", ProofForge.Url), s_expected);

    private async Task RefusedAsync(string? proof, string code) => Refused(await VerifyAsync(proof), code);

    private static void Refused(JwtVerification verification, string code)
    {
        Assert.True(verification.RefusalCode == code, $"expected {code}, got {verification}");
        Assert.Null(verification.Credential);
    }

    private sealed class ScriptedReplays(Func<ReplayAnswer> answer) : IReplayCheck
    {
        public ValueTask<ReplayAnswer> UseAsync(string id, DateTimeOffset until, CancellationToken cancellationToken) => new(answer());
    }
}
