using IntentAuthz.Tests.Guarding;

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
}
