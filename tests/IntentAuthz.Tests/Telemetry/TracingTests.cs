using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

using IntentAuthz.Tests.Audit;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Telemetry;

/// <summary>The spans of one tool call.</summary>
[Collection("who listens")] // a listener is for all guards of the process, and watching allocates
public sealed class TracingTests
{
    private const string Policies = """
        @id("reading") permit(principal, action == Action::"read", resource);
        """;

    [Fact]
    public async Task Permitted_call_has_a_span_for_the_decision_and_one_for_the_tool_that_links_to_it()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();
        Activity? within = null;

        using Activity caller = new Activity("chat").Start();
        GuardResult result = await fixture.Guard.InvokeAsync(
            task,
            new ToolCall("read", """{"secret":"s3cr3t-argument"}""") { FrameworkCallId = "call_7" },
            (_, _) =>
            {
                within = Activity.Current;
                return new ValueTask<ToolResult>(ToolResult.FromText("s3cr3t-result"));
            },
            CancellationToken.None);

        Assert.True(result.IsCompleted, result.ToString());
        Assert.Same(caller, Activity.Current);
        (Activity decided, Activity ran) = (spans.Named("authorize read"), spans.Named("execute_tool read"));
        Assert.Equal((caller.SpanId, caller.SpanId), (decided.ParentSpanId, ran.ParentSpanId));
        Assert.Equal(decided.Context, Assert.Single(ran.Links).Context);
        Assert.Same(ran, within);
        Assert.True(decided.StartTimeUtc + decided.Duration <= ran.StartTimeUtc, "the decision's span goes on while the tool runs");
        Assert.Equal(
            ("permit", "permitted", "read", "call_7", task.Id.Value, "acme", "invoice-bot"),
            (Tag(decided, "intentauthz.decision.outcome"), Tag(decided, "intentauthz.decision.reason"), Tag(decided, "gen_ai.tool.name"), Tag(decided, "gen_ai.tool.call.id"),
                Tag(decided, "intentauthz.task.id"), Tag(decided, "intentauthz.tenant.id"), Tag(decided, "gen_ai.agent.id")));
        Assert.Equal(["reading"], Assert.IsType<string[]>(decided.GetTagItem("intentauthz.decision.policies")));
        Assert.Equal(
            ("execute_tool", "read", "function", "call_7", "completed", ActivityStatusCode.Unset),
            (Tag(ran, "gen_ai.operation.name"), Tag(ran, "gen_ai.tool.name"), Tag(ran, "gen_ai.tool.type"), Tag(ran, "gen_ai.tool.call.id"), Tag(ran, "intentauthz.tool.outcome"), ran.Status));
        Assert.All([decided, ran], static span => Assert.DoesNotContain(span.TagObjects, static t => t.Value?.ToString()?.Contains("s3cr3t", StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task Denied_call_has_the_reason_and_no_error_and_no_tool_span()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "delete");

        Activity decided = spans.Of(task, "authorize delete");
        Assert.Equal(("deny", "no-permit", ActivityStatusCode.Unset), (Tag(decided, "intentauthz.decision.outcome"), Tag(decided, "intentauthz.decision.reason"), decided.Status));
        Assert.DoesNotContain(spans.All, s => s.OperationName == "execute_tool delete" && Tag(s, "intentauthz.task.id") == task.Id.Value);
    }

    [Fact]
    public async Task Name_that_a_model_made_up_is_not_the_name_of_a_span()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "made-up");

        Activity decided = spans.Of(task, "authorize");
        Assert.Equal("unknown-tool", Tag(decided, "intentauthz.decision.reason"));
        Assert.DoesNotContain(decided.TagObjects, static t => t.Value?.ToString()?.Contains("made-up", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Tool_that_throws_ends_its_span_with_an_error_and_without_the_message()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();

        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), static (_, _) => throw new InvalidOperationException("s3cr3t"), CancellationToken.None);

        Activity ran = spans.Of(task, "execute_tool read");
        Assert.Equal((ActivityStatusCode.Error, "tool-failed", null), (ran.Status, Tag(ran, "error.type"), ran.StatusDescription));
    }

    [Fact]
    public async Task Call_that_its_caller_cancels_ends_its_spans()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();
        using CancellationTokenSource cancelling = new();

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

        Activity ran = spans.Of(task, "execute_tool read");
        Assert.Equal((ActivityStatusCode.Error, ReasonCodes.CancelledByCaller), (ran.Status, Tag(ran, "error.type")));
    }

    [Fact]
    public async Task Call_that_its_caller_cancels_before_it_is_decided_is_no_error_of_the_guard()
    {
        GatedSink sink = new();
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(ToolDescriptor.For("read").Action("read").Risk(RiskClass.High)), sink: sink);
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();
        await fixture.RecordsAsync();
        sink.Close(); // so that the call waits for its record
        using CancellationTokenSource cancelling = new();

        ValueTask<GuardResult> waiting = fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), fixture.NoteAsync, cancelling.Token);
        cancelling.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
        sink.Open();

        Activity decided = spans.Of(task, "authorize read");
        Assert.Equal(
            (ActivityStatusCode.Unset, ReasonCodes.CancelledByCaller, null, null),
            (decided.Status, Tag(decided, "intentauthz.decision.reason"), Tag(decided, "intentauthz.decision.outcome"), Tag(decided, "error.type")));
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task Span_of_a_tool_lasts_as_long_as_its_metric_says()
    {
        await using GuardFixture fixture = Fixture();
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();

        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}"), (_, _) =>
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(30));
            return new ValueTask<ToolResult>(ToolResult.None);
        });

        Assert.Equal(TimeSpan.FromSeconds(30), spans.Of(task, "execute_tool read").Duration);
    }

    [Fact]
    public async Task Sampler_sees_tool_agent_task_and_tenant_before_a_span_begins()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        ConcurrentQueue<(string Name, Dictionary<string, object?> Tags)> asked = new();
        ConcurrentQueue<string> recorded = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == IntentAuthzTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
            {
                Dictionary<string, object?> tags = new(options.Tags ?? []);
                if (tags.GetValueOrDefault("intentauthz.task.id") as string != task.Id.Value)
                {
                    return ActivitySamplingResult.None; // of another test
                }

                asked.Enqueue((options.Name, tags));
                return tags.GetValueOrDefault("gen_ai.tool.name") is "read" ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None;
            },
            ActivityStopped = span => recorded.Enqueue(span.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);

        await fixture.Guard.InvokeAsync(task, new ToolCall("read", "{}") { FrameworkCallId = "call_7" }, fixture.NoteAsync);
        await fixture.CallAsync(task, "delete");
        await fixture.CallAsync(task, "made-up");

        Assert.Equal(["authorize read", "execute_tool read", "authorize delete", "authorize"], asked.Select(static a => a.Name));
        Assert.Equal(["authorize read", "execute_tool read"], recorded);
        (string, string)[] known = [("gen_ai.agent.id", "invoice-bot"), ("gen_ai.tool.call.id", "call_7"), ("gen_ai.tool.name", "read")];
        (string, string)[] deciding = [.. known, ("intentauthz.action", "Action::\"read\""), ("intentauthz.call.id", "*"), ("intentauthz.task.id", task.Id.Value), ("intentauthz.tenant.id", "acme")];
        (string, string)[] running = [.. known, ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.type", "function"), ("intentauthz.task.id", task.Id.Value)];
        Assert.Equal(deciding.Order(), Of(0));
        Assert.Equal(running.Order(), Of(1));
        Assert.DoesNotContain("gen_ai.tool.name", asked.ElementAt(3).Tags.Keys);

        IEnumerable<(string, string)> Of(int index) =>
            asked.ElementAt(index).Tags.Select(static t => (t.Key, t.Key == "intentauthz.call.id" ? "*" : $"{t.Value}")).Order();
    }

    [Fact]
    public async Task Call_that_is_an_action_apart_is_named_by_that_action()
    {
        await using GuardFixture fixture = new(Policies, static b => b.AddTool(ToolDescriptor.For("read").Action("read")
            .InputSchema("""{"properties":{"all":{"type":"boolean"}}}""")
            .Derives("""{"properties":{"whole":{"type":"boolean"}}}""", static _ => JsonElement.Parse("""{"whole":true}"""))
            .ActionApart("read_all", static facts => facts.GetProperty("whole").GetBoolean())));
        using Spans spans = new();
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "read", """{"all":true}""");

        Activity decided = spans.Of(task, "authorize read");
        Assert.Equal(("Action::\"read_all\"", "no-permit"), (Tag(decided, "intentauthz.action"), Tag(decided, "intentauthz.decision.reason")));
    }

    private static string? Tag(Activity span, string name) => span.GetTagItem(name)?.ToString();

    private static GuardFixture Fixture() => new(
        Policies,
        static b =>
        {
            b.AddTool(ToolDescriptor.For("read").Action("read").InputSchema("""{"properties":{"secret":{"type":"string"}}}""").Idempotent());
            b.AddTool(ToolDescriptor.For("delete").Action("delete"));
        });

    // Ended spans of all guards of the process; each test finds its own by the task.
    private sealed class Spans : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        internal Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == IntentAuthzTelemetry.ActivitySourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        internal IEnumerable<Activity> All => _ended;

        internal Activity Named(string name) => Assert.Single(_ended, s => s.DisplayName == name && s.TraceId == Activity.Current!.TraceId);

        internal Activity Of(AgentTask task, string name) => Assert.Single(_ended, s => s.DisplayName == name && Tag(s, "intentauthz.task.id") == task.Id.Value);

        public void Dispose() => _listener.Dispose();
    }
}
