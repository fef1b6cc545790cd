using System.Collections.Concurrent;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntentAuthz.Tests.Audit;

/// <summary>Audit in the host's logging, and copies in general: events with stable numbers, one line each, and nothing that holds up the sink that counts.</summary>
public sealed class LoggerAuditSinkTests : IDisposable
{
    private const string Policies = """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";

    private readonly Lines _lines = new();

    public void Dispose() => _lines.Dispose();

    [Theory]
    [InlineData(AuditKind.Decision, DecisionOutcome.Permit, 210, LogLevel.Information)]
    [InlineData(AuditKind.Decision, DecisionOutcome.Deny, 211, LogLevel.Warning)]
    [InlineData(AuditKind.Decision, DecisionOutcome.RequireApproval, 212, LogLevel.Information)]
    [InlineData(AuditKind.Outcome, null, 213, LogLevel.Information)]
    [InlineData(AuditKind.Administration, DecisionOutcome.Permit, 214, LogLevel.Information)]
    [InlineData(AuditKind.Lease, null, 215, LogLevel.Information)]
    [InlineData(AuditKind.Task, null, 216, LogLevel.Information)]
    [InlineData(AuditKind.Signal, null, 217, LogLevel.Warning)]
    public async Task Write_EachKind_HasItsNumberAndLevel(AuditKind kind, DecisionOutcome? outcome, int number, LogLevel level)
    {
        await new LoggerAuditSink(_lines).WriteAsync(new[] { Record(kind, outcome) }, CancellationToken.None);

        (int id, LogLevel at, string category, string text) = Assert.Single(_lines.Written);
        Assert.Equal((number, level, "IntentAuthz.Audit"), (id, at, category));
        Assert.Contains("because", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_TextThatWouldBeginALine_StaysInItsOwn()
    {
        AuditRecord forged = Record(AuditKind.Decision, DecisionOutcome.Deny) with { Tool = "pay\n211 Permitted\u2028everything\u001b[2J\u0085", Resources = ["a\r\nb"] };

        await new LoggerAuditSink(_lines).WriteAsync(new[] { forged }, CancellationToken.None);

        Assert.DoesNotContain(Assert.Single(_lines.Written).Text, static c => char.IsControl(c) || c is '\u2028' or '\u2029');
    }

    [Fact]
    public async Task Host_ThatLogsItsAuditToo_HasEachRecordInBoth()
    {
        await using GuardFixture fixture = new(Policies, b =>
        {
            b.AddTool(ToolDescriptor.For("pay")).AddAuditLogging();
            b.Services.AddSingleton<ILoggerFactory>(_lines);
        });
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "pay");
        await fixture.CallAsync(task, "unknown");

        AuditRecord[] records = await fixture.RecordsAsync();
        await UntilAsync(() => _lines.Written.Count(static l => l.Category == "IntentAuthz.Audit") >= records.Length);

        Assert.Equal(records.Length, _lines.Written.Count(static l => l.Category == "IntentAuthz.Audit"));
        Assert.Contains(_lines.Written, static l => l.Id == 210 && l.Text.Contains("invoice-bot", StringComparison.Ordinal));
        Assert.Contains(_lines.Written, static l => l.Id == 211);
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("hangs")]
    [InlineData("throws")]
    public async Task Copy_ThatDoesNotWork_HoldsUpNothing(string how)
    {
        BadSink bad = new(how);
        GuardFixture fixture = new(
            Policies, b => b.AddTool(ToolDescriptor.For("pay").Risk(RiskClass.High).Idempotent()).AddAuditCopy(bad),
            static o => o.AuditShutdownTimeout = TimeSpan.FromMilliseconds(200));
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 200; i++)
        {
            GuardResult result = await fixture.CallAsync(task, "pay");
            Assert.True(result.IsCompleted, result.ToString());
        }

        Assert.True((await fixture.RecordsAsync()).Length >= 400);
        await fixture.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(bad.Tried > 0);
    }

    [Fact]
    public void Host_WithTwoSinksThatCount_DoesNotStartAndSaysWhatToDo()
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(static () => new GuardFixture(Policies, static b => b.UseAuditSink(new InMemoryAuditSink())));

        Assert.Contains("AddAuditCopy", refusal.Message, StringComparison.Ordinal);
    }

    private static AuditRecord Record(AuditKind kind, DecisionOutcome? outcome) => new()
    {
        Kind = kind, Outcome = outcome, Time = DateTimeOffset.UnixEpoch, Tenant = new TenantId("acme"), ReasonCode = "code", Explanation = "because",
    };

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), "did not come about in 30 s");
    }

    private sealed class BadSink(string how) : IAuditSink
    {
        private int _tried;

        internal int Tried => Volatile.Read(ref _tried);

        public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _tried);
            return how switch
            {
                "throws" => throw new InvalidOperationException("no"),
                "fails" => ValueTask.FromException(new IOException("no")),
                _ => new ValueTask(Task.Delay(Timeout.Infinite, CancellationToken.None)),
            };
        }
    }

    private sealed class Lines : ILoggerFactory
    {
        internal ConcurrentQueue<(int Id, LogLevel Level, string Category, string Text)> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Category(this, categoryName);

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        private sealed class Category(Lines lines, string name) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Written.Enqueue((eventId.Id, logLevel, name, formatter(state, exception)));
        }
    }
}
