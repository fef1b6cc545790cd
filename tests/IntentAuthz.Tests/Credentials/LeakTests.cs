using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Credentials;

/// <summary>What a tool throws or returns takes no secret out: not to the model, not into logs, not into the audit.</summary>
public sealed class LeakTests : IDisposable
{
    private static readonly string[] s_scopes = ["write"];

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly CapturingLogs _logs = new();
    private readonly InMemoryAuditSink _audit = new();

    [Theory]
    [InlineData("message")]
    [InlineData("data")]
    [InlineData("inner")]
    [InlineData("aggregate")]
    [InlineData("base64")]
    public async Task An_exceptions_secret_reaches_nobody(string where)
    {
        string text = "";
        GuardResult result = await CallAsync(new TestIssuer(), invocation =>
        {
            text = invocation.Credential!.Secret.Reveal();
            Exception thrown = where switch
            {
                "message" => new InvalidOperationException($"401 for {text}"),
                "data" => new InvalidOperationException("401") { Data = { ["token"] = text } },
                "inner" => new InvalidOperationException("401", new HttpRequestException($"for {text}")),
                "aggregate" => new AggregateException(new InvalidOperationException($"for {text}")),
                _ => new InvalidOperationException($"for Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"bot:{text}"))}"),
            };
            throw thrown;
        });

        Assert.Equal(ReasonCodes.ToolFailed, result.OutcomeCode);
        AssertNowhere(text, result);
        AssertNowhere(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))[..20], result);
    }

    [Fact]
    public async Task A_results_secret_is_taken_out_before_anybody_sees_it()
    {
        string text = "";
        GuardResult result = await CallAsync(new TestIssuer(), invocation =>
        {
            text = invocation.Credential!.Secret.Reveal();
            return ToolResult.FromJson(JsonSerializer.SerializeToElement(new { request = $"GET / HTTP/1.1\r\nAuthorization: Bearer {text[..9]}\r\n {text[9..]}" }));
        });

        Assert.Contains("[secret]", result.ModelText, StringComparison.Ordinal);
        AssertNowhere(text, result);
        Assert.DoesNotContain(text[9..], result.ModelText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_static_secret_is_looked_for_after_its_lease_and_its_window_is_named_as_open_ended()
    {
        StaticSecretIssuer issuer = new("vault", static (_, _) => new(Secret.FromString("a-static-secret")), _clock);
        await using ServiceProvider services = Build(issuer);
        Guard guard = services.GetRequiredService<Guard>();
        AgentTask first = await OpenAsync(guard);
        LeasedCredential? credential = null;
        await guard.InvokeAsync(first, new ToolCall("pay", "{}"), (invocation, _) =>
        {
            credential = invocation.Credential;
            return new ValueTask<ToolResult>(ToolResult.None);
        });

        TaskEnd end = await guard.Tasks.CompleteAsync(first);
        GuardResult later = await guard.InvokeAsync(await OpenAsync(guard), new ToolCall("pay", "{}"), (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("a-static-secret")));

        Assert.Throws<ObjectDisposedException>(credential!.Secret.Reveal);
        ResidualWindow window = Assert.Single(end.Residuals);
        Assert.Equal(RevocationSpeed.ExpiryOnly, window.Speed);
        Assert.Equal(DateTimeOffset.MaxValue, window.Until);
        Assert.Equal("[secret]", later.ModelText);
    }

    public void Dispose() => _logs.Dispose();

    private async Task<GuardResult> CallAsync(ICredentialIssuer issuer, Func<ToolInvocation, ToolResult> tool)
    {
        await using ServiceProvider services = Build(issuer);
        Guard guard = services.GetRequiredService<Guard>();
        GuardResult result = await guard.InvokeAsync(await OpenAsync(guard), new ToolCall("pay", "{}"), (invocation, _) => new ValueTask<ToolResult>(tool(invocation)));
        await services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        return result;
    }

    private ServiceProvider Build(ICredentialIssuer issuer)
    {
        ServiceCollection services = new();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<ILoggerFactory>(_logs);
        services.AddIntentAuthz(b => b
            .AddPolicies(PolicySource.Text(GuardFixture.Housekeeping + """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);"""))
            .AddTool(ToolDescriptor.For("pay").NeedsCredential("pay").Idempotent())
            .AddCredentialProfile(new CredentialProfile("pay", "vault", "bank", s_scopes, TimeSpan.FromMinutes(5)))
            .AddIssuer(issuer)
            .UseAuditSink(_audit));
        return services.BuildServiceProvider();
    }

    private static async Task<AgentTask> OpenAsync(Guard guard) =>
        (await guard.Tasks.OpenAsync(
            new TaskRequest(AgentIdentity.HostAsserted(new AgentId("bot"), GuardFixture.Acme, "ann"), "pay", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)),
            Principal.Person("carl", GuardFixture.Acme))).GetTaskOrThrow();

    private void AssertNowhere(string text, GuardResult result)
    {
        Assert.DoesNotContain(text, result.ModelText, StringComparison.Ordinal);
        Assert.DoesNotContain(text, result.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(text, result.FailureMessage ?? "", StringComparison.Ordinal);
        Assert.DoesNotContain(text, result.Decision.Explanation, StringComparison.Ordinal);
        Assert.NotEmpty(_audit.Records);
        Assert.All(_audit.Records, r => Assert.DoesNotContain(text, JsonSerializer.Serialize(r) + r, StringComparison.Ordinal));
        Assert.All(_logs.Lines, l => Assert.DoesNotContain(text, l, StringComparison.Ordinal));
    }

    private sealed class CapturingLogs : ILoggerFactory, ILogger
    {
        internal ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception} {exception?.InnerException}");

        public void Dispose()
        {
        }
    }
}
