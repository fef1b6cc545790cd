using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Guarding;

/// <summary>A clock is a part of the host, and can fail. Before the tool that denies; after it the call has run, and saying that it was denied would be a lie.</summary>
public sealed class ClockFaultTests
{
    private const string Permit = """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InvokeAsync_ClockFailsBeforeTheTool_DeniesAndDoesNotRunIt(bool theWall)
    {
        FailingClock clock = new();
        await using GuardFixture fixture = Fixture(clock);
        AgentTask task = await fixture.OpenAsync();
        clock.FailOnce(theWall);

        GuardResult result = await fixture.CallAsync(task, "pay");

        Assert.True(clock.HasFailed, "the clock was not asked");
        Assert.Empty(fixture.Ran);
        Assert.Equal(DecisionOutcome.Deny, result.Decision.Outcome);
        Assert.Equal(ReasonCodes.InternalError, result.Decision.ReasonCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InvokeAsync_ClockFailsAfterTheTool_WithholdsTheResultAndSuspendsTheTask(bool theWall)
    {
        FailingClock clock = new();
        await using GuardFixture fixture = Fixture(clock);
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.Guard.InvokeAsync(
            task,
            new ToolCall("pay", "{}"),
            (_, _) =>
            {
                clock.FailOnce(theWall);
                return new ValueTask<ToolResult>(ToolResult.FromText("paid"));
            });

        Assert.True(clock.HasFailed, "the clock was not asked");
        Assert.Equal(DecisionOutcome.Permit, result.Decision.Outcome);
        Assert.Equal(ReasonCodes.ResultWithheld, result.OutcomeCode);
        Assert.Null(result.Result);
        Assert.Equal(TaskState.Suspended, task.State);
    }

    private static GuardFixture Fixture(FakeTimeProvider clock) => new(Permit, static b => b.AddTool(ToolDescriptor.For("pay")), clock: clock);

    private sealed class FailingClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero))
    {
        private bool _failsWall, _failsMonotonic;
        private int _thread; // others look at the clock too, such as the writer of the audit

        internal bool HasFailed { get; private set; }

        /// <summary>Fails the next look that the calling thread takes.</summary>
        internal void FailOnce(bool wall) => (_thread, _failsWall, _failsMonotonic, HasFailed) = (Environment.CurrentManagedThreadId, wall, !wall, false);

        public override DateTimeOffset GetUtcNow()
        {
            Fail(ref _failsWall);
            return base.GetUtcNow();
        }

        public override long GetTimestamp()
        {
            Fail(ref _failsMonotonic);
            return base.GetTimestamp();
        }

        private void Fail(ref bool fails)
        {
            if (fails && Environment.CurrentManagedThreadId == _thread)
            {
                fails = false;
                HasFailed = true;
                throw new InvalidOperationException("A clock that fails.");
            }
        }
    }
}
