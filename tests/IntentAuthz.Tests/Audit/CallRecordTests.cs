using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Tests.Audit;

/// <summary>What stands in the audit and in a task's history of a call, and in which order.</summary>
public sealed class CallRecordTests
{
    private const string Nothing = "permit(principal is IntentAuthz::Person, action, resource);";

    [Fact]
    public async Task Denials_OfWhichOneRaisesASignal_StandBeforeTheSignal()
    {
        await using GuardFixture fixture = new(Nothing, static b => b.AddTool(ToolDescriptor.For("pay").InputSchema("""{"properties":{"n":{"type":"integer"}}}""")));
        AgentTask task = await fixture.OpenAsync();
        for (int i = 0; i < 10; i++)
        {
            await fixture.CallAsync(task, "pay", $$"""{"n":{{i}}}""");
        }

        AuditRecord[] records = await fixture.RecordsAsync();

        int signal = Array.FindIndex(records, static r => r.Kind == AuditKind.Signal);
        Assert.True(signal >= 0, "ten denials raised no signal");
        int denial = Array.FindIndex(records, r => r.Kind == AuditKind.Decision && records[signal].Explanation.Contains(r.Call!.Value.Value, StringComparison.Ordinal));
        Assert.True(denial >= 0 && denial < signal, $"the signal is record {signal}, the denial that raised it record {denial}");
        Assert.Empty(records[denial].Signals);
        Assert.Equal(10, task.GetEvents().Length);
    }

    [Fact]
    public async Task RefuseConflict_WithATaskOfAnotherGuard_TakesNoRoomOfThatTask()
    {
        await using GuardFixture own = new(Nothing, static b => b.AddTool(ToolDescriptor.For("pay")));
        await using GuardFixture other = new(Nothing, static b => b.AddTool(ToolDescriptor.For("pay")));
        AgentTask task = await own.OpenAsync(), foreign = await other.OpenAsync();

        own.Guard.RefuseConflict(foreign, task, "pay");
        own.Guard.RefuseUnguarded(foreign, "pay");

        Assert.Null(foreign.AuditRecordsOfTenant);
        Assert.Equal(0, foreign.AuditRecordsWaiting);
        Assert.Equal(2, (await own.RecordsAsync()).Count(r => r.Kind == AuditKind.Decision && r.Tenant == GuardFixture.Acme));
    }

    /// <summary>Each look at this clock finds it a little later, so records whose times were taken in the wrong order have them in the wrong order.</summary>
    [Fact]
    public async Task Outcome_OfACallWhoseResultRaisesASignal_IsNotEarlierThanTheSignal()
    {
        FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action, resource);""",
            static b => b.AddTool(ToolDescriptor.For("read").Idempotent().UsualResult(1)),
            clock: clock);
        AgentTask task = await fixture.OpenAsync();

        await fixture.CallAsync(task, "read");

        AuditRecord[] records = await fixture.RecordsAsync();
        AuditRecord decision = Assert.Single(records, static r => r.Kind == AuditKind.Decision && r.Call is not null);
        AuditRecord signal = Assert.Single(records, static r => r.Kind == AuditKind.Signal);
        AuditRecord outcome = Assert.Single(records, static r => r.Kind == AuditKind.Outcome);
        Assert.True(decision.Time < signal.Time, $"decided at {decision.Time:O}, the signal is of {signal.Time:O}");
        Assert.True(signal.Time < outcome.Time, $"the signal is of {signal.Time:O}, the outcome of {outcome.Time:O}");
        Assert.True(Array.IndexOf(records, signal) < Array.IndexOf(records, outcome), "the outcome stands before the signal");
    }
}
