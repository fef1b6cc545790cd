using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.History;

/// <summary>The bounded log of a task, and the counters that outlive it.</summary>
public sealed class TaskHistoryTests
{
    private const string PermitAll = "permit(principal, action, resource);";

    [Fact]
    public async Task Events_TellOfRequestResponseAndError_InOrder()
    {
        await using GuardFixture fixture = Fixture("""
            permit(principal, action == Action::"mail.read", resource);
            permit(principal, action == Action::"mail.send", resource);
            """);
        AgentTask task = await fixture.OpenAsync();

        GuardResult read = await fixture.CallAsync(task, "mail.read", """{"folder":"inbox"}""");
        await fixture.Guard.InvokeAsync(task, new ToolCall("mail.send", "{}"), static (_, _) => throw new InvalidOperationException("down"));
        await fixture.CallAsync(task, "pay");

        ImmutableArray<TaskEvent> events = task.GetEvents();
        Assert.Equal(
            [
                (1, TaskEventKind.Request, "mail.read", ReasonCodes.Permitted), (2, TaskEventKind.Response, "mail.read", ReasonCodes.Completed),
                (3, TaskEventKind.Request, "mail.send", ReasonCodes.Permitted), (4, TaskEventKind.Error, "mail.send", ReasonCodes.ToolFailed),
                (5, TaskEventKind.Request, "pay", ReasonCodes.NoPermit),
            ],
            events.Select(static e => (e.Sequence, e.Kind, e.Tool, e.ReasonCode)));
        Assert.Equal(("inbox", "done", fixture.Agent.Id, read.Call), (
            events[0].Input!.Value.GetProperty("folder").GetString(), events[1].Output!.Text, events[0].Caller, events[1].Call));
    }

    [Fact]
    public async Task Log_ForgetsTheOldest_AndCountersForgetNothing()
    {
        await using GuardFixture fixture = Fixture(PermitAll, static o => o.MaxTaskEvents = 16);
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 20; i++)
        {
            await fixture.CallAsync(task, "mail.read");
        }

        ImmutableArray<TaskEvent> events = task.GetEvents();

        Assert.Equal((16, 25, 40), (events.Length, events[0].Sequence, events[^1].Sequence));
        Assert.Equal((20, Integrity.Untrusted), (task.History.Calls, task.History.WorstLabel.Integrity));
    }

    [Fact]
    public async Task Event_KeepsNoLongInputOrOutput()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();

        await fixture.Guard.InvokeAsync(
            task, new ToolCall("mail.read", JsonSerializer.Serialize(new { folder = new string('x', TaskEvent.MaxContent) })),
            static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText(new string('y', TaskEvent.MaxContent + 1))));

        Assert.All(task.GetEvents(), static e => Assert.True(e.Input is null && e.Output is null, e.Kind.ToString()));
    }

    [Fact]
    public async Task Event_KeepsArgumentsWithMuchWhiteSpaceAroundThem()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "mail.read", """{"folder":"x"}""" + new string(' ', 2 * TaskEvent.MaxContent));

        Assert.Equal("""{"folder":"x"}""", task.GetEvents()[0].Input!.Value.GetRawText());
    }

    [Fact]
    public async Task Event_KeepsNoObjectThatAResultWasMadeFrom()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.Guard.InvokeAsync(
            task, new ToolCall("mail.read", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("short", original: new byte[1_000_000])));

        Assert.NotNull(result.Result!.Original);
        Assert.Null(task.GetEvents()[^1].Output!.Original);
    }

    [Fact]
    public async Task SubTask_ChargesTheTasksAboveIt()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask parent = await fixture.OpenAsync();
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "a part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();

        await fixture.CallAsync(child, "mail.read");

        Assert.Equal(child.GetEvents().Select(static e => e.ToString()), parent.GetEvents().Select(static e => e.ToString()));
        Assert.Equal((1, 1), (parent.History.Calls, parent.History.Services.Count));
        Assert.All(parent.GetEvents(), e => Assert.Equal(child.Id, e.Task));
    }

    [Theory]
    [InlineData("context.history.calls == 1 && context.history.errors == 0 && context.history.denials == 1")]
    [InlineData("context.history.services == [\"mail\"] && context.history.resources == 1")]
    [InlineData("context.history.sinceOpened == duration(\"90s\")")]
    [InlineData("context.history has sinceLastCall && context.history.sinceLastCall == duration(\"30s\")")]
    [InlineData("context.history has sinceLastDenial && context.history.sinceLastDenial == duration(\"30s\")")]
    [InlineData("context.history.signals.isEmpty()")]
    public async Task Policy_ReadsWhatHappened(string condition)
    {
        await using GuardFixture fixture = Fixture($$"""
            permit(principal, action == Action::"mail.read", resource);
            permit(principal, action == Action::"pay", resource) when { {{condition}} };
            """);
        AgentTask task = await fixture.OpenAsync();
        fixture.Clock.Advance(TimeSpan.FromSeconds(60));
        await fixture.CallAsync(task, "mail.read");
        await fixture.CallAsync(task, "mail.send");
        fixture.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.True((await fixture.CallAsync(task, "pay")).IsCompleted, condition);
    }

    [Fact]
    public async Task SinceLastCall_BeforeAnyCall_IsNotThere()
    {
        await using GuardFixture fixture = Fixture("""permit(principal, action == Action::"pay", resource) unless { context.history has sinceLastCall || context.history has sinceLastDenial };""");

        Assert.True((await fixture.CallAsync(await fixture.OpenAsync(), "pay")).IsCompleted);
    }

    [Fact]
    public async Task Log_UnderParallelWriters_LosesNothingItHasRoomFor()
    {
        await using GuardFixture fixture = Fixture(PermitAll);
        AgentTask task = await fixture.OpenAsync();
        EventLog log = new(64);
        AuditRecord record = new()
        {
            Kind = AuditKind.Decision, Time = DateTimeOffset.UnixEpoch, Subject = task.Audited.Subject, Call = CallId.New(), Tool = "t", Action = "a",
            ReasonCode = ReasonCodes.Permitted, Explanation = "",
        };
        Parallel.For(0, 1_000, _ =>
        {
            LoggedEvent happened = LoggedEvent.Decided(record, CallArguments.None);
            log.Add(ref happened);
        });

        Assert.Equal(Enumerable.Range(937, 64).Select(static n => (long)n), log.Read().Select(static e => e.Sequence));
    }

    [Fact]
    public void BoundedSet_BeyondItsBound_StillCounts()
    {
        BoundedSet set = new(2);
        Assert.Equal((true, true, true, false), (set.Add("a"), set.Add("b"), set.Add("c"), set.Add("a")));
        Assert.Equal((3, false), (set.Count, set.Contains("c")));
    }

    private static GuardFixture Fixture(string policies, Action<IntentAuthzOptions>? configure = null) => new(
        policies,
        static b => b
            .AddTool(ToolDescriptor.For("mail.read").InputSchema("""{"properties":{"folder":{"type":"string"}}}""").Argument("folder", ArgumentRole.Selector).Idempotent())
            .AddTool(ToolDescriptor.For("mail.send").Idempotent())
            .AddTool(ToolDescriptor.For("pay").Service("bank").Idempotent()),
        configure);
}
