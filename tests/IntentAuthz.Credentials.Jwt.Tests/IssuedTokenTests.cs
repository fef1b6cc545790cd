using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.Logging;

namespace IntentAuthz.Credentials.Jwt.Tests;

public sealed class IssuedTokenTests
{
    [Fact]
    public async Task A_token_names_the_service_the_task_and_everybody_in_the_delegation()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        AgentTask subTask = await host.OpenSubTaskAsync(task, "lookup-agent");

        string token = await host.MintAsync(subTask);
        JsonElement claims = ClaimsOf(token);

        Assert.Equal(IssuingHost.Issuer, claims.GetProperty("iss").GetString());
        Assert.Equal("payments", claims.GetProperty("aud").GetString());
        Assert.Equal("alice", claims.GetProperty("sub").GetString());
        Assert.Equal("person", claims.GetProperty("sub_type").GetString());
        Assert.Equal("lookup-agent", claims.GetProperty("client_id").GetString());
        Assert.Equal("lookup-agent", claims.GetProperty("act").GetProperty("sub").GetString());
        Assert.Equal("invoice-agent", claims.GetProperty("act").GetProperty("act").GetProperty("sub").GetString());
        Assert.Equal("payments:write payments:read", claims.GetProperty("scope").GetString());
        Assert.Equal("bank", claims.GetProperty("tenant").GetString());
        JsonElement detail = Assert.Single(claims.GetProperty("authorization_details").EnumerateArray());
        Assert.Equal("intentauthz_task", detail.GetProperty("type").GetString());
        Assert.Equal(subTask.Id.Value, detail.GetProperty("identifier").GetString());
        Assert.Equal("a part of it", detail.GetProperty("purpose").GetString());
        Assert.Equal(3, detail.GetPropertyCount());
        Assert.False(claims.TryGetProperty("task_id", out _) || claims.TryGetProperty("purpose", out _), "the task is named in one place only");
    }

    [Fact]
    public async Task What_the_verifier_tells_is_what_the_issuer_wrote()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        Lease? lease = null;
        string token = "";
        await host.CallAsync(task, credential => (lease, token) = (credential.Lease, credential.Secret.Reveal()));

        JwtCredential credential = (await host.VerifyAsync(token, scopes: "payments:write")).Credential!;

        Assert.Equal(lease!.Id, credential.Lease);
        Assert.Equal(lease.ExpiresAt, credential.ExpiresAt);
        Assert.Equal(task.Id, credential.Task);
        Assert.Equal(task.Agent.Id, credential.Agent);
        Assert.Equal(task.Tenant, credential.Tenant);
        Assert.Equal(task.Purpose, credential.Purpose);
        Assert.Equal(("alice", PrincipalKind.Person), (credential.Subject, credential.SubjectKind));
        Assert.Equal(task.Agent.Id, Assert.Single(credential.Actors));
        Assert.Equal(IssuingHost.Scopes, credential.Scopes);
        Assert.Equal(host.Time.GetUtcNow(), credential.IssuedAt);
        Assert.Equal(host.Keys.SigningKeyId, credential.KeyId);
    }

    [Fact]
    public async Task An_agent_on_nobodys_behalf_is_the_subject_itself()
    {
        await using IssuingHost host = new();

        string token = await host.MintAsync(await host.OpenTaskAsync(Delegation.None));
        JwtCredential credential = (await host.VerifyAsync(token)).Credential!;

        Assert.Equal(("invoice-agent", PrincipalKind.Agent), (credential.Subject, credential.SubjectKind));
        Assert.Empty(credential.Actors);
        Assert.False(ClaimsOf(token).TryGetProperty("act", out _), "an agent that acts for itself has no 'act'");
    }

    [Fact]
    public async Task Without_a_user_the_agent_that_entrusted_another_is_the_subject()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync(Delegation.None);

        JwtCredential credential = (await host.VerifyAsync(await host.MintAsync(await host.OpenSubTaskAsync(task, "lookup-agent")))).Credential!;

        Assert.Equal(("invoice-agent", PrincipalKind.Agent), (credential.Subject, credential.SubjectKind));
        Assert.Equal(new AgentId("lookup-agent"), Assert.Single(credential.Actors));
        Assert.Equal(new AgentId("lookup-agent"), credential.Agent);
    }

    [Fact]
    public async Task A_service_as_user_is_told_apart_from_a_person_of_the_same_name()
    {
        await using IssuingHost host = new();

        string token = await host.MintAsync(await host.OpenTaskAsync(Delegation.OnBehalfOf(Principal.Service("alice", IssuingHost.Tenant))));

        Assert.Equal(PrincipalKind.Service, (await host.VerifyAsync(token)).Credential!.SubjectKind);
    }

    [Fact]
    public async Task The_deepest_chain_of_sub_tasks_still_makes_a_token_that_verifies()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        for (int i = 1; i < TaskRegistry.MaxDepth; i++)
        {
            task = await host.OpenSubTaskAsync(task, $"agent-{i}");
        }

        JwtVerification verification = await host.VerifyAsync(await host.MintAsync(task));

        Assert.True(verification.IsValid, verification.ToString());
        Assert.Equal(TaskRegistry.MaxDepth, verification.Credential.Actors.Length);
    }

    [Fact]
    public async Task A_chain_of_names_too_long_for_a_verifier_is_refused_at_the_issuer()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync(Delegation.OnBehalfOf(Principal.Person(new string('ä', 256), IssuingHost.Tenant)));
        for (int i = 1; i < TaskRegistry.MaxDepth; i++)
        {
            task = await host.OpenSubTaskAsync(task, $"{i:D2}{new string('ä', 254)}");
        }

        GuardResult result = await host.CallAsync(task);

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.Contains("no verifier takes", result.Decision.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("payments:read payments:admin")]
    [InlineData("pay\"ments")]
    [InlineData("pay\\ments")]
    [InlineData("zählen")]
    public async Task A_scope_that_would_be_read_as_another_is_refused_at_the_issuer(string scope)
    {
        await using IssuingHost host = new(scopes: [scope]);

        GuardResult result = await host.CallAsync(await host.OpenTaskAsync());

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
    }

    [Theory]
    [InlineData("quotes \" and \\ and <tags>")]
    [InlineData("Zahle Rechnungen für März – 請求書 \U0001F4B6")]
    public async Task A_purpose_in_any_words_arrives_as_it_was(string purpose)
    {
        await using IssuingHost host = new();

        JwtVerification verification = await host.VerifyAsync(await host.MintAsync(await host.OpenTaskAsync(purpose: purpose)));

        Assert.Equal(purpose, verification.Credential?.Purpose);
    }

    [Fact]
    public async Task A_token_lives_as_long_as_the_profile_says_less_the_skew()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromMinutes(5), skew: TimeSpan.FromSeconds(5));
        DateTimeOffset now = host.Time.GetUtcNow();

        JsonElement claims = ClaimsOf(await host.MintAsync());

        Assert.Equal(now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.Equal(now.ToUnixTimeSeconds(), claims.GetProperty("nbf").GetInt64());
        Assert.Equal(now.AddSeconds(295).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_task_that_ends_sooner_ends_the_token_sooner()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromMinutes(5));
        AgentTask task = await host.OpenTaskAsync(lifetime: TimeSpan.FromMinutes(1));

        JsonElement claims = ClaimsOf(await host.MintAsync(task));

        Assert.Equal(task.ExpiresAt.AddSeconds(-5).ToUnixTimeSeconds(), claims.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task A_part_of_a_second_never_lengthens_a_token()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromMinutes(5));
        host.Time.Advance(TimeSpan.FromMilliseconds(999));
        DateTimeOffset end = host.Time.GetUtcNow() + TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(5);

        long exp = ClaimsOf(await host.MintAsync()).GetProperty("exp").GetInt64();

        Assert.True(DateTimeOffset.FromUnixTimeSeconds(exp) <= end, $"exp {exp} lies after {end:O}");
    }

    [Fact]
    public async Task A_profile_shorter_than_the_skew_is_refused_with_the_reason()
    {
        await using IssuingHost host = new(lifetime: TimeSpan.FromSeconds(5), skew: TimeSpan.FromSeconds(5));

        GuardResult result = await host.CallAsync(await host.OpenTaskAsync());

        Assert.Equal(ReasonCodes.CredentialFailed, result.Decision.ReasonCode);
        Assert.Contains("clock skew", result.Decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_token_nor_key_shows_in_logs_audit_or_ToString()
    {
        using CapturingLogs logs = new();
        await using IssuingHost host = new(logs: logs);
        AgentTask task = await host.OpenTaskAsync();
        LeasedCredential? leased = null;
        string token = "";
        await host.CallAsync(task, credential => (leased, token) = (credential, credential.Secret.Reveal()));
        JwtVerification verification = await host.VerifyAsync(token);
        await host.Guard.Tasks.CompleteAsync(task);

        string signature = token[(token.LastIndexOf('.') + 1)..];
        string shown = string.Join('\n',
            [.. logs.Lines, .. host.Audit.Records.Select(r => r.ToString()), leased!.ToString()!, leased.Secret.ToString(), leased.Lease.ToString()!,
            verification.ToString(), verification.Credential!.ToString(), host.JwtIssuer.ToString(), host.Keys.ToString()!]);

        Assert.DoesNotContain(signature, shown, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_is_cleared_when_the_task_ends()
    {
        await using IssuingHost host = new();
        AgentTask task = await host.OpenTaskAsync();
        LeasedCredential? leased = null;
        await host.CallAsync(task, credential => leased = credential);

        await host.Guard.Tasks.CompleteAsync(task);

        Assert.Throws<ObjectDisposedException>(() => leased!.Secret.Reveal());
    }

    private static JsonElement ClaimsOf(string token) =>
        JsonElement.Parse(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1])));

    private sealed class CapturingLogs : ILoggerProvider, ILogger
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
