using System.Text.Json.Nodes;

namespace IntentAuthz.Credentials.Jwt.Tests;

public sealed class TimeTests : IAsyncLifetime, IDisposable
{
    private readonly TokenForge _forge = new();
    private readonly IssuingHost _host;

    public TimeTests() => _host = new IssuingHost(key: _forge.Key);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public void Dispose() => _forge.Dispose();

    [Fact]
    public async Task A_token_is_good_to_the_last_tick_before_exp_and_not_at_exp()
    {
        string token = await _host.MintAsync();
        DateTimeOffset end = (await _host.VerifyAsync(token)).Credential!.ExpiresAt;

        _host.Time.SetUtcNow(end.AddTicks(-1));
        Assert.True((await _host.VerifyAsync(token)).IsValid);

        _host.Time.SetUtcNow(end);
        Assert.Equal(JwtRefusalCodes.Expired, (await _host.VerifyAsync(token)).RefusalCode);
    }

    [Theory]
    [InlineData("nbf", 5, null)]
    [InlineData("nbf", 6, JwtRefusalCodes.NotYetValid)]
    [InlineData("iat", 5, null)]
    [InlineData("iat", 6, JwtRefusalCodes.IssuedInFuture)]
    public async Task Five_seconds_are_allowed_on_nbf_and_iat_and_no_more(string claim, int secondsAhead, string? code)
    {
        DateTimeOffset now = _host.Time.GetUtcNow();
        JsonObject claims = TokenForge.Claims(now);
        claims[claim] = now.ToUnixTimeSeconds() + secondsAhead;

        JwtVerification verification = await _host.VerifyAsync(_forge.Sign(_forge.Header(), claims));

        Assert.Equal(code, verification.RefusalCode);
    }

    [Fact]
    public async Task A_verifier_whose_clock_is_behind_by_the_skew_honours_no_longer_than_was_asked_for()
    {
        DateTimeOffset asked = _host.Time.GetUtcNow() + TimeSpan.FromMinutes(5);
        string token = await _host.MintAsync();

        // True time is the asked-for end; this verifier's clock shows five seconds less.
        _host.Time.SetUtcNow(asked - TimeSpan.FromSeconds(5));

        Assert.Equal(JwtRefusalCodes.Expired, (await _host.VerifyAsync(token)).RefusalCode);
    }

    [Fact]
    public async Task A_tool_is_never_handed_a_token_about_to_expire()
    {
        AgentTask task = await _host.OpenTaskAsync();
        string first = await _host.MintAsync(task);
        _host.Time.Advance(TimeSpan.FromSeconds(292));

        string second = await _host.MintAsync(task);

        Assert.NotEqual(first, second);
        Assert.True((await _host.VerifyAsync(second)).IsValid);
    }
}
