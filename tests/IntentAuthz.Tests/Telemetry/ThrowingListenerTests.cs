using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace IntentAuthz.Tests.Telemetry;

/// <summary>A listener that throws, wherever it is called: every call is decided, run, recorded and ended as if nobody listened.</summary>
[Collection("who listens")] // a listener is for all guards of the process; here it throws in the flow of its own test alone
public sealed class ThrowingListenerTests
{
    private const string Reading = """permit(principal, action == Action::"read", resource);""";

    private const string Policies = Reading + """

        @approval("finance") permit(principal, action == Action::"pay", resource);
        """;

    private static readonly AsyncLocal<StrongBox<int>?> s_thrown = new(); // how often so far, in the flow of the test that wants it

    public static TheoryData<string> Places { get; } = new(
        "sample", "started authorize", "started execute_tool", "stopped authorize", "stopped execute_tool", "all of a span",
        "current span changes", "intentauthz.decisions", "intentauthz.decision.duration", "gen_ai.execute_tool.duration", "all instruments", "everything", "log", "log level");

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Call_whose_listener_throws_runs_and_is_recorded_like_any_other(string place)
    {
        await using GuardFixture fixture = Fixture(place);
        AgentTask task = await fixture.OpenAsync();
        Activity? caller = new Activity("chat").Start();
        GuardResult permitted, denied, unknown, failed;
        using (Throwing _ = new(place))
        {
            permitted = await fixture.CallAsync(task, "read");
            denied = await fixture.CallAsync(task, "delete");
            unknown = await fixture.CallAsync(task, "made-up");
            failed = await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => throw new InvalidOperationException("no"), CancellationToken.None);
            Assert.Same(caller, Activity.Current);
        }

        caller.Stop();
        Assert.Equal(
            (ReasonCodes.Completed, ReasonCodes.NoPermit, ReasonCodes.UnknownTool, ReasonCodes.ToolFailed),
            (permitted.OutcomeCode, denied.OutcomeCode, unknown.OutcomeCode, failed.OutcomeCode));
        Assert.Equal("done", permitted.Result?.ToString());
        Assert.Equal(TaskState.Active, task.State);
        await fixture.Services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        Assert.Equal(
            ["permitted", "completed", "no-permit", "unknown-tool", "permitted", "tool-failed"],
            fixture.Audit.Records.Where(static r => r.Kind is AuditKind.Decision or AuditKind.Outcome).Select(static r => r.ReasonCode));
    }

    [Theory]
    [MemberData(nameof(Places))]
    public async Task Question_signal_revocation_and_end_of_a_task_are_not_lost_to_a_listener_that_throws(string place)
    {
        await using GuardFixture fixture = Fixture(place);
        AgentTask task = await fixture.OpenAsync(), other = await fixture.OpenAsync();
        using (Throwing _ = new(place))
        {
            GuardResult asks = await fixture.CallAsync(task, "pay");
            Assert.Equal(DecisionOutcome.RequireApproval, asks.Decision.Outcome);
            await fixture.Guard.Approvals.ApproveAsync(asks.Decision.Approval!.Value, fixture.Boss);
            Assert.Equal(ReasonCodes.Completed, (await fixture.CallAsync(task, "pay")).OutcomeCode);
            for (int i = 0; i < 4; i++)
            {
                await fixture.CallAsync(task, "read"); // a loop, of which a signal is raised
            }

            RevocationResult revoked = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), fixture.Boss, "a test");
            Assert.True(revoked.Decision.IsPermitted);
            await fixture.Guard.Tasks.CompleteAsync(other);
        }

        Assert.Equal(ReasonCodes.Revoked, (await fixture.CallAsync(task, "read")).OutcomeCode);
        Assert.Equal((TaskState.Revoked, TaskState.Completed), (task.State, other.State));
        Assert.Contains(task.GetSignals(), static s => s.Kind == SignalKind.Runaway);
        await fixture.Services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        AuditKind[] kinds = [.. fixture.Audit.Records.Select(static r => r.Kind).Distinct()];
        Assert.All([AuditKind.Administration, AuditKind.Signal, AuditKind.Task, AuditKind.Decision, AuditKind.Outcome], k => Assert.Contains(k, kinds));
    }

    [Fact]
    public async Task Cancelled_call_throws_what_its_caller_expects_though_its_spans_cannot_be_stopped()
    {
        await using GuardFixture fixture = Fixture("all of a span");
        AgentTask task = await fixture.OpenAsync();
        using CancellationTokenSource cancelling = new();
        using Throwing _ = new("all of a span");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await fixture.Guard.InvokeAsync(
            task,
            new ToolCall("read", "{}"),
            async (_, token) =>
            {
                cancelling.Cancel();
                await Task.Delay(Timeout.Infinite, token);
                return ToolResult.None;
            },
            cancelling.Token));

        Assert.Equal(TaskState.Active, task.State);
        await fixture.Services.GetRequiredService<GuardHost>().FlushAuditAsync(CancellationToken.None);
        Assert.Equal(ReasonCodes.CancelledByCaller, fixture.Audit.Records[^1].ReasonCode);
    }

    [Fact]
    public async Task Shutdown_writes_what_the_audit_has_accepted_though_a_listener_throws_at_its_end()
    {
        InMemoryAuditSink sink = new();
        GuardFixture fixture = new(Reading, static b => b.AddTool(ToolDescriptor.For("read").Idempotent()), sink: sink);
        AgentTask task = await fixture.OpenAsync();
        using (MeterListener listener = new() { InstrumentPublished = static (i, l) => Enable(i, l, "all instruments"), MeasurementsCompleted = static (_, _) => Throw() })
        {
            listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
            listener.Start();
            s_thrown.Value = new StrongBox<int>();
            await fixture.CallAsync(task, "read");
            await fixture.DisposeAsync();
            Assert.True(s_thrown.Value.Value > 0, "the listener was not told of the end");
            s_thrown.Value = null;
        }

        Assert.Equal([ReasonCodes.Permitted, ReasonCodes.Completed], sink.Records.Where(static r => r.Kind is AuditKind.Decision or AuditKind.Outcome).Select(static r => r.ReasonCode));
    }

    [Fact]
    public async Task Fault_of_a_listener_is_said_once_a_minute()
    {
        Told told = new();
        await using GuardFixture fixture = new(Reading, b =>
        {
            b.AddTool(ToolDescriptor.For("read").Idempotent());
            b.Services.AddSingleton<ILoggerFactory>(told);
        });
        AgentTask task = await fixture.OpenAsync();
        using Throwing _ = new("all instruments");

        await fixture.CallAsync(task, "read");
        await fixture.CallAsync(task, "read");
        Assert.Equal(1, told.Count);

        fixture.Clock.Advance(TimeSpan.FromMinutes(2));
        await fixture.CallAsync(task, "read");
        Assert.Equal(2, told.Count);
    }

    private static GuardFixture Fixture(string place) => new(
        Policies,
        b =>
        {
            b.AddTool(ToolDescriptor.For("read").Idempotent());
            b.AddTool(ToolDescriptor.For("pay"));
            b.AddTool(ToolDescriptor.For("delete"));
            if (place is "log" or "log level" or "everything")
            {
                b.Services.AddSingleton<ILoggerFactory>(new ThrowingLoggers(atLevel: place == "log level"));
            }
        },
        static o => o.Signals.MaxRepeats = 2);

    private static void Throw()
    {
        if (s_thrown.Value is { } count)
        {
            Interlocked.Increment(ref count.Value);
            throw new InvalidOperationException("a listener's own fault");
        }
    }

    private static void Enable(Instrument instrument, MeterListener listener, string place)
    {
        if (instrument.Meter.Name == IntentAuthzTelemetry.MeterName && (place is "all instruments" or "everything" || instrument.Name == place))
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    /// <summary>Listens, and throws at one place while it lives.</summary>
    private sealed class Throwing : IDisposable
    {
        private readonly string _place;
        private readonly StrongBox<int> _count = new();
        private readonly ActivityListener _spans;
        private readonly MeterListener _meter = new();

        internal Throwing(string place)
        {
            _place = place;
            s_thrown.Value = _count;
            _spans = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == IntentAuthzTelemetry.ActivitySourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) =>
                {
                    ThrowAt("sample");
                    return ActivitySamplingResult.AllDataAndRecorded;
                },
                ActivityStarted = span => ThrowAt($"started {span.OperationName.Split(' ')[0]}"),
                ActivityStopped = span => ThrowAt($"stopped {span.OperationName.Split(' ')[0]}"),
            };
            ActivitySource.AddActivityListener(_spans);
            Activity.CurrentChanged += OnCurrentChanged;
            _meter.InstrumentPublished = (i, l) => Enable(i, l, place);
            _meter.SetMeasurementEventCallback<long>(static (_, _, _, _) => Throw());
            _meter.SetMeasurementEventCallback<double>(static (_, _, _, _) => Throw());
            _meter.Start();
        }

        public void Dispose()
        {
            s_thrown.Value = null;
            Assert.True(_count.Value > 0, $"nobody threw at '{_place}'");
            Activity.CurrentChanged -= OnCurrentChanged;
            _meter.Dispose();
            _spans.Dispose();
        }

        private void OnCurrentChanged(object? sender, ActivityChangedEventArgs e) => ThrowAt("current span changes");

        private void ThrowAt(string place)
        {
            if (_place == place || _place == "everything" || (_place == "all of a span" && place != "sample" && place != "current span changes"))
            {
                Throw();
            }
        }
    }

    private sealed class ThrowingLoggers(bool atLevel) : ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidOperationException("a logger's own fault");

        public bool IsEnabled(LogLevel logLevel) => !atLevel || Fail();

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Fail();

        private static bool Fail()
        {
            Throw(); // counted where a test waits for it; a logger of its own throws in any flow
            throw new InvalidOperationException("a logger's own fault");
        }

        public void Dispose()
        {
        }
    }

    private sealed class Told : ILoggerFactory, ILogger
    {
        private int _count;

        internal int Count => Volatile.Read(ref _count);

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 1040)
            {
                Interlocked.Increment(ref _count);
            }
        }

        public void Dispose()
        {
        }
    }
}
