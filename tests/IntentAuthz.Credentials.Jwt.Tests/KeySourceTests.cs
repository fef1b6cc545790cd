using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Credentials.Jwt.Tests;

public sealed class KeySourceTests
{
    private const string Good =
        """{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"good"}""";

    [Fact]
    public async Task A_rotation_is_noticed_by_the_first_token_of_the_new_key()
    {
        await using IssuingHost host = new();
        int fetches = 0;
        using JwksKeySource source = new(_ => { fetches++; return new(Encoding.UTF8.GetBytes(host.Keys.GetJwks())); }, time: host.Time);
        JwtCredentialVerifier verifier = host.Verifier(source);
        await VerifyAsync(verifier, await host.MintAsync());
        host.Keys.Rotate(JwtSigningKey.Generate());
        host.Time.Advance(TimeSpan.FromSeconds(10));

        JwtVerification verification = await VerifyAsync(verifier, await host.MintAsync());

        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal(2, fetches);
    }

    [Fact]
    public async Task Tokens_naming_unknown_keys_cause_no_more_than_one_fetch_an_interval()
    {
        await using IssuingHost host = new();
        int fetches = 0;
        using JwksKeySource source = new(_ => { fetches++; return new(Encoding.UTF8.GetBytes(host.Keys.GetJwks())); }, time: host.Time);
        JwtCredentialVerifier verifier = host.Verifier(source);
        for (int i = 0; i < 100; i++)
        {
            using TokenForge attacker = new();
            JwtVerification verification = await VerifyAsync(verifier, attacker.Sign(attacker.Header(), TokenForge.Claims(host.Time.GetUtcNow())));
            Assert.Equal(JwtRefusalCodes.UnknownKey, verification.RefusalCode);
        }

        Assert.Equal(1, fetches);
    }

    [Fact]
    public async Task While_fetching_fails_the_last_good_document_serves_up_to_its_greatest_age()
    {
        FakeTimeProvider time = new();
        bool works = true;
        using JwksKeySource source = new(
            _ => works ? new(Encoding.UTF8.GetBytes(Document(Good))) : throw new HttpRequestException("unreachable"), time: time);
        await source.GetKeysAsync("good", default);
        works = false;

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("good", Assert.Single((await source.GetKeysAsync("good", default)).KeyIds));

        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await source.GetKeysAsync("good", default));
    }

    [Fact]
    public async Task A_withdrawn_key_is_no_longer_trusted_after_the_refresh_time()
    {
        FakeTimeProvider time = new();
        string document = Document(Good);
        using JwksKeySource source = new(_ => new(Encoding.UTF8.GetBytes(document)), time: time);
        await source.GetKeysAsync("good", default);
        document = Document();

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Empty((await source.GetKeysAsync("good", default)).KeyIds);
    }

    [Fact]
    public async Task A_document_that_turned_bad_does_not_replace_the_good_one()
    {
        FakeTimeProvider time = new();
        string document = Document(Good);
        using JwksKeySource source = new(_ => new(Encoding.UTF8.GetBytes(document)), time: time);
        await source.GetKeysAsync("good", default);
        document = "<html>Service unavailable</html>";

        time.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal("good", Assert.Single((await source.GetKeysAsync("good", default)).KeyIds));
    }

    [Fact]
    public async Task Keys_that_are_not_to_be_had_refuse_the_token()
    {
        await using IssuingHost host = new();
        using JwksKeySource source = new(_ => throw new HttpRequestException("unreachable"), time: host.Time);

        JwtVerification verification = await VerifyAsync(host.Verifier(source), await host.MintAsync());

        Assert.Equal(JwtRefusalCodes.KeysUnavailable, verification.RefusalCode);
    }

    [Fact]
    public async Task A_fetch_that_never_ends_refuses_the_token()
    {
        await using IssuingHost host = new();
        string token = await host.MintAsync();
        using JwksKeySource source = new(async cancellation => { await Task.Delay(Timeout.Infinite, cancellation); return default; }, time: host.Time);

        Task<JwtVerification> verifying = VerifyAsync(host.Verifier(source), token);
        while (!verifying.IsCompleted)
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5);
        }

        Assert.Equal(JwtRefusalCodes.KeysUnavailable, (await verifying).RefusalCode);
    }

    [Fact]
    public async Task Many_callers_share_one_fetch()
    {
        int fetches = 0;
        using JwksKeySource source = new(async cancellation =>
        {
            Interlocked.Increment(ref fetches);
            await Task.Delay(20, cancellation);
            return Encoding.UTF8.GetBytes(Document(Good));
        });

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => source.GetKeysAsync("good", default).AsTask()));

        Assert.Equal(1, fetches);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_keep_the_next_from_trying()
    {
        int fetches = 0;
        using CancellationTokenSource cancel = new();
        using JwksKeySource source = new(async cancellation =>
        {
            if (Interlocked.Increment(ref fetches) == 1)
            {
                await cancel.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return Encoding.UTF8.GetBytes(Document(Good));
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.GetKeysAsync("good", cancel.Token));

        Assert.Equal("good", Assert.Single((await source.GetKeysAsync("good", default)).KeyIds));
    }

    [Fact]
    public void Keys_for_other_purposes_are_left_out()
    {
        string document = Document(
            """{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"rsa"}""",
            """{"kty":"EC","crv":"P-384","x":"AA","y":"AA","kid":"p384"}""",
            Good.Replace("\"kid\":\"good\"", "\"kid\":\"enc\",\"use\":\"enc\"", StringComparison.Ordinal),
            Good.Replace("\"kid\":\"good\"", "\"kid\":\"ecdh\",\"alg\":\"ECDH-ES\"", StringComparison.Ordinal),
            Good);

        Assert.Equal("good", Assert.Single(VerificationKeySet.Parse(Encoding.UTF8.GetBytes(document)).KeyIds));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"keys\":{}}")]
    [InlineData("{\"keys\":[1]}")]
    [InlineData("{\"keys\":[],\"keys\":[]}")]
    [InlineData("{\"keys\":[[[[[[[[[[]]]]]]]]]]}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void What_is_no_key_set_is_refused(string document) =>
        Assert.Throws<FormatException>(() => VerificationKeySet.Parse(Encoding.UTF8.GetBytes(document)));

    [Fact]
    public void A_document_that_gives_away_a_private_key_is_refused_whole() =>
        Assert.Throws<FormatException>(() => Parse(Good, Good.Replace("\"kid\":\"good\"", "\"kid\":\"leaked\",\"d\":\"AAAA\"", StringComparison.Ordinal)));

    [Fact]
    public void A_key_id_twice_is_refused() => Assert.Throws<FormatException>(() => Parse(Good, Good));

    [Fact]
    public void A_point_off_the_curve_is_refused() =>
        Assert.Throws<FormatException>(() => Parse(Good.Replace("x_FEzRu9m36", "y_FEzRu9m36", StringComparison.Ordinal)));

    [Fact]
    public void A_coordinate_of_the_wrong_length_is_refused() =>
        Assert.Throws<FormatException>(() => Parse(Good.Replace("\"x\":\"f83O", "\"x\":\"", StringComparison.Ordinal)));

    [Theory]
    [InlineData("../good")]
    [InlineData("")]
    public void A_key_id_of_another_form_is_refused(string keyId) =>
        Assert.Throws<FormatException>(() => Parse(Good.Replace("\"good\"", $"\"{keyId}\"", StringComparison.Ordinal)));

    [Fact]
    public void A_document_too_large_is_refused() =>
        Assert.Throws<FormatException>(() => VerificationKeySet.Parse(new byte[VerificationKeySet.MaxDocumentBytes + 1]));

    [Fact]
    public void More_keys_than_the_limit_are_refused() =>
        Assert.Throws<FormatException>(() => Parse([.. Enumerable.Range(0, VerificationKeySet.MaxKeys + 1)
            .Select(i => Good.Replace("\"good\"", $"\"k{i}\"", StringComparison.Ordinal))]));

    private static VerificationKeySet Parse(params string[] keys) => VerificationKeySet.Parse(Encoding.UTF8.GetBytes(Document(keys)));

    private static string Document(params string[] keys) => $$"""{"keys":[{{string.Join(',', keys)}}]}""";

    private static async Task<JwtVerification> VerifyAsync(JwtCredentialVerifier verifier, string token) =>
        await verifier.VerifyAsync(token, IssuingHost.Audience, []);
}
