using System.Diagnostics;

using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Audit;

/// <summary>What was accepted is written, in order; what cannot be written is refused, and one tenant never takes another's room.</summary>
public sealed class AuditQueueTests
{
    private static readonly TenantId s_acme = new("acme");
    private static readonly TenantId s_other = new("other");
    private static readonly TimeSpan s_late = TimeSpan.FromSeconds(5);

    private readonly GatedSink _sink = new();

    [Fact]
    public async Task Accepted_Records_AreWrittenInOrderAndInBatches()
    {
        await using AuditQueue queue = Queue(total: 5000);
        await OccupyAsync(queue);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(queue.TryAccept(Record(s_acme, $"{i}"), null));
        }

        _sink.Open();
        await queue.FlushAsync(CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 1000).Select(static i => $"{i}"), _sink.Records.Skip(1).Select(static r => r.Explanation));
        Assert.True(_sink.Batches.Count < 20, $"{_sink.Batches.Count} batches");
    }

    [Fact]
    public async Task Dispose_ZeroesTheKeyOfTheDigests()
    {
        byte[] key = [.. Enumerable.Repeat((byte)7, 32)];

        await Queue(total: 12, key: key).DisposeAsync();

        Assert.All(key, static b => Assert.Equal(0, b));
    }

    [Fact]
    public async Task Room_IsBoundedInAll_PerTenantAndPerTask()
    {
        await using AuditQueue queue = Queue(total: 12, perTenant: 8, perTask: 3);
        await OccupyAsync(queue); // takes one place in all, and none of the tenants'
        AgentTask busy = NewTask(s_acme);
        AgentTask second = NewTask(s_acme);

        Assert.Equal(3, Accepted(queue, s_acme, busy));
        Assert.Equal(3, Accepted(queue, s_acme, second));
        Assert.Equal(2, Accepted(queue, s_acme, NewTask(s_acme)));
        Assert.Equal(3, Accepted(queue, s_other, NewTask(s_other)));
        Assert.Equal(0, Accepted(queue, s_other, NewTask(s_other)));

        _sink.Open();
        await queue.FlushAsync(CancellationToken.None);
        Assert.Equal(3, Accepted(queue, s_acme, busy));
    }

    [Fact]
    public async Task Calls_ThatCrowdTheQueue_MakeTheDigestsOfTheirOwn_AndTheyAreTheWriters()
    {
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action, resource);""",
            static b => b.AddTool(ToolDescriptor.For("pay").Argument("to", ArgumentRole.Target).AcceptUndeclaredArguments().Idempotent()),
            sink: _sink);
        AgentTask task = await fixture.OpenAsync();
        await fixture.RecordsAsync(); // all that was accepted is written
        _sink.Close();
        int before = _sink.Records.Count();
        for (int i = 0; i < AuditQueue.Crowded; i++)
        {
            Assert.True((await fixture.CallAsync(task, "pay", i % 2 == 0 ? """{"to":"ACME","amount":20}""" : """{ "amount" : 2e1, "to" : "\u0041CME" }""")).IsCompleted);
        }

        int waiting = task.AuditRecordsWaiting;
        _sink.Open();
        await fixture.RecordsAsync(); // all that was accepted is written

        AuditRecord[] decisions = [.. _sink.Records.Skip(before).Where(static r => r.Kind == AuditKind.Decision)];
        Assert.True(waiting > AuditQueue.Crowded, $"{waiting} records waited");
        Assert.Equal(AuditQueue.Crowded, decisions.Length);
        Assert.NotNull(Assert.Single(decisions.Select(static r => r.ArgumentsDigest).Distinct()));
    }

    [Fact]
    public async Task WriteAsync_OfACallWhereRecordsCrowd_HasItsDigestAtOnce_AndForgetsTheLookAtTheClocks()
    {
        await using GuardFixture fixture = new("permit(principal, action, resource);", static b => b.AddTool(ToolDescriptor.For("read")));
        AgentTask task = await fixture.OpenAsync();
        CallContext context = new(CallId.New(), new ToolCall("read", "{}"), task, Assert.Single(fixture.Guard.Tools.Tools))
        {
            Given = new CallArguments("{}"u8.ToArray(), IntentAuthz.Cedar.CedarRecord.Empty),
        };
        await using AuditQueue queue = Queue(total: 5000);
        CallAudit audit = new(queue, new SecretScrubber(TimeProvider.System), TimeProvider.System, TimeSpan.FromSeconds(1));
        await OccupyAsync(queue);
        Moment? near = Moment.Now(TimeProvider.System);
        AuditRecord quiet = Record(s_acme, "quiet"), crowded = Record(s_acme, "crowded");

        Assert.True(await audit.WriteAsync(context, quiet, ref near, CancellationToken.None));
        Assert.NotNull(near);
        Assert.Null(quiet.ArgumentsDigest); // the writer's work

        Assert.Equal(AuditQueue.Crowded, Enumerable.Range(0, AuditQueue.Crowded).Count(i => queue.TryAccept(Record(s_acme, "x"), null)));
        Assert.True(await audit.WriteAsync(context, crowded, ref near, CancellationToken.None));
        Assert.Null(near);
        Assert.NotNull(crowded.ArgumentsDigest);
        _sink.Open();
    }

    [Fact]
    public async Task AddDigest_ByManyCallersAtOnce_IsThatOfTheirOwnArguments()
    {
        await using AuditQueue queue = Queue();
        byte[][] arguments = [.. Enumerable.Range(0, 50).Select(static i => System.Text.Encoding.UTF8.GetBytes($$"""{"to":"{{i}}{{new string('x', i * 3000)}}"}"""))];
        using ArgumentsHasher alone = new(new byte[32]);
        ArgumentsDigest[] expected = [.. arguments.Select(a => alone.Hash(s_acme, a))];

        Parallel.For(0, 2_000, i =>
        {
            AuditRecord record = Record(s_acme, "one");
            queue.AddDigest(record, arguments[i % 50]);
            Assert.Equal(expected[i % 50], record.ArgumentsDigest);
        });
    }

    [Fact]
    public async Task Denials_ForWhichThereIsNoRoom_AreCountedAndSaidOnceAMinute()
    {
        Dropped log = new();
        FakeTimeProvider clock = new();
        await using GuardFixture fixture = new("permit(principal, action, resource);", static b => b.AddTool(ToolDescriptor.For("read")));
        AgentTask task = await fixture.OpenAsync();
        await using AuditQueue queue = Queue(total: 10, perTask: 2, logger: log, time: clock);
        CallAudit audit = new(queue, new SecretScrubber(TimeProvider.System), clock, TimeSpan.FromSeconds(1));
        await OccupyAsync(queue);
        await fixture.RecordsAsync(); // so that none of the fixture's own takes the task's room
        void Refuse() => audit.Refused(CallId.New(), task, isOwn: true, new ToolCall("nothing", "{}"), Decision.Deny(ReasonCodes.UnknownTool, "no such tool"));

        for (int i = 0; i < 10; i++)
        {
            Refuse();
        }

        Assert.Equal(8, queue.DroppedCount);
        clock.Advance(TimeSpan.FromMinutes(2));
        Refuse();

        Assert.Equal(9, queue.DroppedCount);
        Assert.Equal(2, log.Told.Count);
        Assert.Contains("1 records", log.Told[0], StringComparison.Ordinal);
        Assert.Contains("9 records were not accepted so far, the newest of a Decision (unknown-tool) of tenant acme", log.Told[1], StringComparison.Ordinal);
        _sink.Open();
    }

    [Fact]
    public async Task Records_WithoutATask_CountTowardsTheirTenant()
    {
        await using AuditQueue queue = Queue(total: 100, perTenant: 4, perTask: 4);
        await OccupyAsync(queue);

        Assert.Equal(4, Accepted(queue, s_acme, null));
        Assert.Equal(4, Accepted(queue, s_other, null));
        _sink.Open();
    }

    [Fact]
    public async Task Note_OfWhatIsDoneAlready_HasRoomWhereCallsHaveNone()
    {
        await using AuditQueue queue = Queue(total: 8, perTenant: 8, perTask: 8);
        await OccupyAsync(queue);
        Assert.Equal(7, Accepted(queue, s_acme, null));

        queue.Note(Record(s_acme, "revoked"));
        _sink.Open();
        await queue.FlushAsync(CancellationToken.None);

        Assert.Contains(_sink.Records, static r => r.Explanation == "revoked");
    }

    [Fact]
    public async Task Sink_ThatFails_IsTriedAgainWithTheSameRecords()
    {
        await using AuditQueue queue = Queue();
        _sink.Failing = true;
        Assert.True(queue.TryAccept(Record(s_acme, "kept"), null));
        await UntilAsync(() => queue.IsFailing && _sink.Attempts >= 2);

        _sink.Failing = false;
        await queue.FlushAsync(CancellationToken.None);

        Assert.Equal(["kept"], _sink.Records.Select(static r => r.Explanation));
        Assert.False(queue.IsFailing);
    }

    [Fact]
    public async Task Outcome_ThatCannotBeWritten_SuspendsItsTask_AndSoDoTheNext()
    {
        await using AuditQueue queue = Queue();
        List<AgentTask> suspended = [];
        queue.OnOutcomeLost(task =>
        {
            lock (suspended)
            {
                suspended.Add(task);
            }
        });
        _sink.Failing = true;
        AgentTask first = NewTask(s_acme);
        AgentTask second = NewTask(s_acme);

        queue.TryAccept(Record(s_acme, "x") with { Kind = AuditKind.Outcome }, first);
        await UntilAsync(() => suspended.Contains(first));
        queue.TryAccept(Record(s_acme, "y") with { Kind = AuditKind.Outcome }, second);

        Assert.Contains(second, suspended);
        _sink.Failing = false;
    }

    [Fact]
    public async Task WriteDurably_IsTrueOnlyOnceTheSinkHasIt()
    {
        await using AuditQueue queue = Queue();
        Assert.True(await queue.WriteDurablyAsync(Record(s_acme, "x"), null, null, null, TimeSpan.FromSeconds(30), CancellationToken.None));
        Assert.Single(_sink.Records);

        _sink.Close();
        Assert.False(await queue.WriteDurablyAsync(Record(s_acme, "y"), null, null, null, TimeSpan.FromMilliseconds(20), CancellationToken.None));
        _sink.Open();
    }

    [Fact]
    public async Task Dispose_WritesWhatWaits()
    {
        AuditQueue queue = Queue();
        await OccupyAsync(queue);
        queue.TryAccept(Record(s_acme, "last"), null);
        _sink.Open();

        await queue.DisposeAsync();

        Assert.Equal("last", _sink.Records.Last().Explanation);
        Assert.False(queue.TryAccept(Record(s_acme, "late"), null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WithASinkThatFailsOrHangs_EndsInTheTimeAllowed(bool hangs)
    {
        AuditQueue queue = Queue(shutdown: TimeSpan.FromMilliseconds(100));
        if (hangs)
        {
            await OccupyAsync(queue);
        }

        _sink.Failing = true;
        queue.TryAccept(Record(s_acme, "lost"), null);
        long started = Stopwatch.GetTimestamp();

        await queue.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Status_OfASinkThatHolds_IsLateAfterTheTimeAllowed_AndNotOnceItHasWritten()
    {
        FakeTimeProvider clock = new();
        await using AuditQueue queue = Queue(time: clock);
        await OccupyAsync(queue);
        Assert.Equal((1, false), (queue.GetStatus().Waiting, queue.GetStatus().IsLate));

        clock.Advance(s_late);
        Assert.False(queue.GetStatus().IsLate);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((true, false, false), (queue.GetStatus().IsLate, queue.GetStatus().IsFailing, queue.GetStatus().IsFull));

        _sink.Open();
        await queue.FlushAsync(CancellationToken.None);
        Assert.True(queue.GetStatus().IsKeepingUp);
    }

    [Fact]
    public async Task Status_OfARecordAfterAnHourOfNothing_CountsFromTheRecord()
    {
        FakeTimeProvider clock = new();
        await using AuditQueue queue = Queue(time: clock);
        bool isLate = true;
        for (int i = 0; i < 20 && isLate; i++) // again where the writing loop was held up before it could wait
        {
            clock.Advance(TimeSpan.FromHours(1));
            int before = _sink.Attempts;
            _sink.Close();
            Assert.True(queue.TryAccept(Record(s_acme, "one"), null));
            await UntilAsync(() => _sink.Attempts > before);
            isLate = queue.GetStatus().IsLate;
            _sink.Open();
            await queue.FlushAsync(CancellationToken.None);
        }

        Assert.False(isLate);
    }

    [Fact]
    public async Task Status_OfRecordsBehindASlowBatch_CountsTheTimeTheyWaitedForIt()
    {
        FakeTimeProvider clock = new();
        await using AuditQueue queue = Queue(time: clock);
        await OccupyAsync(queue);
        Assert.True(queue.TryAccept(Record(s_acme, "second"), null));
        clock.Advance(s_late - TimeSpan.FromSeconds(1));
        _sink.Next();
        await UntilAsync(() => _sink.Attempts == 2);
        Assert.False(queue.GetStatus().IsLate);

        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(queue.GetStatus().IsLate);
        _sink.Open();
    }

    [Fact]
    public void Wait_OfAQueueThatIsNeverEmpty_IsAboutAsLongAsRecordsWait()
    {
        FakeTimeProvider clock = new();
        AuditWait wait = new(clock);
        wait.SeenEmpty();
        for (int batch = 0; batch < 100; batch++)
        {
            wait.Took(4_000, waiting: 8_000); // of which each waits for two batches
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        wait.Writing(wait.Since);
        Assert.False(wait.IsOver(s_late));
        clock.Advance(s_late);
        Assert.True(wait.IsOver(s_late));
        wait.Written();
        Assert.False(wait.IsOver(s_late));
    }

    [Fact]
    public async Task Status_IsFullWhereNothingMoreIsAccepted()
    {
        await using AuditQueue queue = Queue(total: 12);
        await OccupyAsync(queue);
        Assert.True(queue.GetStatus().IsKeepingUp);

        Assert.Equal(11, Accepted(queue, s_acme, null));
        Assert.Equal((12, true, false), (queue.GetStatus().Waiting, queue.GetStatus().IsFull, queue.GetStatus().IsLate));

        _sink.Open();
        await queue.FlushAsync(CancellationToken.None);
        Assert.True(queue.GetStatus().IsKeepingUp);
    }

    private AuditQueue Queue(int total = 100, int perTenant = 5000, int perTask = 5000, TimeSpan? shutdown = null, byte[]? key = null, ILogger<AuditQueue>? logger = null, TimeProvider? time = null) => new(
        _sink,
        new AuditArguments(key ?? new byte[32], new SecretScrubber(TimeProvider.System)),
        new AuditQueueLimits(total, perTenant, perTask, s_late, shutdown ?? TimeSpan.FromSeconds(10)),
        time ?? TimeProvider.System,
        logger ?? NullLogger<AuditQueue>.Instance);

    /// <summary>Has the sink hold one record, so that what follows waits in the queue.</summary>
    private async Task OccupyAsync(AuditQueue queue)
    {
        _sink.Close();
        Assert.True(queue.TryAccept(Record(null, "first"), null));
        await UntilAsync(() => _sink.Attempts > 0);
    }

    private static int Accepted(AuditQueue queue, TenantId tenant, AgentTask? task)
    {
        int accepted = 0;
        while (accepted < 50 && queue.TryAccept(Record(tenant, "x"), task))
        {
            accepted++;
        }

        return accepted;
    }

    private static AuditRecord Record(TenantId? tenant, string explanation) =>
        new() { Kind = AuditKind.Decision, Time = default, Tenant = tenant, ReasonCode = ReasonCodes.Permitted, Explanation = explanation };

    internal static AgentTask NewTask(TenantId tenant)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), tenant, "ann");
        TaskRequest request = new(agent, "test", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1));
        return new AgentTask(request, null, null, Principal.Person("carl", tenant), Obligations.None, TimeProvider.System, new GuardIdentity(new SecretScrubber(TimeProvider.System), TimeProvider.System, new RiskWeights()), TaskSettings.Default);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; i < 3000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition(), "did not come about in 30 s");
    }

    /// <summary>Keeps what is said of records that were not accepted.</summary>
    private sealed class Dropped : ILogger<AuditQueue>
    {
        internal List<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 207)
            {
                Told.Add(formatter(state, exception));
            }
        }
    }
}
