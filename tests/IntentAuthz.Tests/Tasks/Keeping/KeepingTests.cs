using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>What is written down of a task before it counts, and what becomes of it when that cannot be.</summary>
public sealed class KeepingTests
{
    private const string Pay = """{"to":"ACME","amount":20}""";

    [Fact]
    public async Task OpenAsync_TheTaskIsOnTheDiskWhenItReturns()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();

        AgentTask task = await hosts.OpenAsync();

        TaskRecord record = Assert.Single(hosts.Disk.Records);
        Assert.Equal(task.Id, record.Id);
        Assert.Equal(task.Delegation.Links, record.Links);
        Assert.Equal(task.ExpiresAt, record.ExpiresAt);
        string all = string.Join('\n', record.Notes) + record;
        Assert.DoesNotContain("ACME", all, StringComparison.Ordinal);
        Assert.DoesNotContain("order", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_StoreFails_OpensNothingAndLeavesNothing()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        hosts.Store.Fail("add");

        OpenTaskResult opened = await host.Guard.Tasks.OpenAsync(hosts.Request(), host.Clerk);

        Assert.Equal(ReasonCodes.TaskStoreUnavailable, opened.Decision.ReasonCode);
        Assert.Null(opened.Task);
        Assert.Equal(0, host.Guard.Tasks.LiveCount);
        hosts.Store.Mend();
        await hosts.OpenAsync();
    }

    [Fact]
    public async Task OpenAsync_StoreAnswersAfterItsTimeout_TheTaskIsTakenOutAgain()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        await hosts.Store.Hang("add").WaitAsync(TimeSpan.Zero).ContinueWith(static _ => { }, TaskScheduler.Default); // nobody is there yet

        OpenTaskResult opened = await Waiting.PumpAsync(hosts.Clock, host.Guard.Tasks.OpenAsync(hosts.Request(), host.Clerk).AsTask());
        Assert.Equal(ReasonCodes.TaskStoreUnavailable, opened.Decision.ReasonCode);
        hosts.Store.Mend();

        await Waiting.UntilAsync(() => hosts.Disk.Writes >= 2 && hosts.Disk.Records.IsEmpty, "the late task is removed");
    }

    [Fact]
    public async Task InvokeAsync_BudgetAndCallAreOnTheDiskBeforeTheToolRuns()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(3)));
        string? seen = null;

        await host.Guard.InvokeAsync(task, new ToolCall("send", Pay), (invocation, _) =>
        {
            seen = string.Join('\n', Assert.Single(hosts.Disk.Records).Notes);
            Assert.Contains($"call/{invocation.Id}", seen, StringComparison.Ordinal);
            return new ValueTask<ToolResult>(ToolResult.None);
        });

        Assert.Contains("\"calls\":1,\"callsOf\"", seen, StringComparison.Ordinal);
        await Waiting.UntilAsync(() => !string.Join('\n', hosts.Disk.Records[0].Notes).Contains("call/", StringComparison.Ordinal), "the outcome is written without being waited for");
    }

    [Fact]
    public async Task InvokeAsync_StoreFails_DeniesWithItsOwnCodeAndTakesNothingMoreUntilItIsBack()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(3)));
        hosts.Store.Fail("write");

        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(ReasonCodes.TaskStoreUnavailable, (await host.CallAsync(task, "read")).Decision.ReasonCode);
        }

        Assert.Empty(host.Ran);
        Assert.Equal(1, host.Guard.Tasks.GetStoreStatus().TasksBehind);
        HealthCheckResult health = await host.Services.GetRequiredService<RevocationHealthCheck>().CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(HealthStatus.Degraded, health.Status);
        Assert.Contains("state of 1 tasks", health.Description, StringComparison.Ordinal);

        hosts.Store.Mend();
        await Waiting.WithinAsync(hosts.Clock, TimeSpan.FromSeconds(20), () => host.Guard.Tasks.GetStoreStatus().TasksBehind == 0, "it is tried again");
        string[] codes = [.. (await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.CallAsync(task, "read")))).Select(static r => r.Decision.ReasonCode).Order(StringComparer.Ordinal)];
        Assert.Equal([ReasonCodes.BudgetExceeded, ReasonCodes.Permitted, ReasonCodes.Permitted], codes); // one was taken by the write that failed
    }

    [Fact]
    public async Task InvokeAsync_StoreHangs_DeniesInTimeAndTheLateAnswerRunsNothing()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(1)));
        _ = hosts.Store.Hang("write");

        GuardResult late = await Waiting.PumpAsync(hosts.Clock, host.CallAsync(task, "read"));
        Assert.Equal(ReasonCodes.TaskStoreUnavailable, late.Decision.ReasonCode);
        hosts.Store.Mend();
        await Waiting.WithinAsync(hosts.Clock, TimeSpan.FromSeconds(20), () => host.Guard.Tasks.GetStoreStatus().TasksBehind == 0, "the store is back");

        Assert.Empty(host.Ran);
        Assert.Equal(ReasonCodes.BudgetExceeded, (await host.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task Approval_IsOnTheDiskBeforeItIsAsked_AYesBeforeItCounts_AndItsUseBeforeTheToolRuns()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();

        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        Assert.Contains("\"state\":\"Pending\"", Note(hosts, id), StringComparison.Ordinal);
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        Assert.Contains("\"state\":\"Approved\"", Note(hosts, id), StringComparison.Ordinal);
        string? during = "?";
        await host.Guard.InvokeAsync(task, new ToolCall("pay", Pay), (_, _) =>
        {
            during = Note(hosts, id);
            return new ValueTask<ToolResult>(ToolResult.None);
        });
        Assert.Null(during);
    }

    [Fact]
    public async Task Approval_StoreFails_IsNotAsked_AndAYesDoesNotCount()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        hosts.Store.Fail("write");

        Decision yes = await host.Guard.Approvals.ApproveAsync(id, host.Boss);
        Assert.Equal(ReasonCodes.TaskStoreUnavailable, yes.ReasonCode);
        Assert.Equal(ApprovalState.Pending, host.Guard.Approvals.Find(GuardFixture.Acme, id)!.State);
        Assert.Equal(ReasonCodes.TaskStoreUnavailable, (await host.CallAsync(task, "pay", """{"to":"ACME","amount":21}""")).Decision.ReasonCode);

        hosts.Store.Mend();
        await Waiting.WithinAsync(hosts.Clock, TimeSpan.FromSeconds(20), () => host.Guard.Tasks.GetStoreStatus().TasksBehind == 0, "the store is back");
        Assert.Contains("\"votes\":[]", Note(hosts, id), StringComparison.Ordinal);
        Assert.True((await host.Guard.Approvals.ApproveAsync(id, host.Boss)).IsPermitted);
        Assert.True((await host.CallAsync(task, "pay", Pay)).IsCompleted);
    }

    [Fact]
    public async Task Approval_TwoAnswerAtOnce_NeitherYesIsLost()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync("""@approval("finance:2") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""");
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;

        await Task.WhenAll(
            host.Guard.Approvals.ApproveAsync(id, host.Boss).AsTask(), host.Guard.Approvals.ApproveAsync(id, Principal.Person("ben", GuardFixture.Acme, "finance")).AsTask());

        string note = Note(hosts, id)!;
        Assert.True(note.Contains("\"bea\"", StringComparison.Ordinal) && note.Contains("\"ben\"", StringComparison.Ordinal), note);
        Assert.Contains("\"state\":\"Approved\"", note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Denial_IsCountedOnTheDiskBeforeTheAgentKnowsOfIt()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();

        await host.CallAsync(task, "no-such-tool");
        await host.CallAsync(task, "read", """{"unknown":1}""");

        Assert.Contains(hosts.Disk.Records[0].Notes, static n => n.Key == "standing" && n.Value!.Contains("\"denials\":2", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("fail")]
    [InlineData("revoke")]
    [InlineData("expire")]
    public async Task Ending_RemovesTheTaskFromTheDisk(string how)
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        switch (how)
        {
            case "complete": Assert.True((await host.Guard.Tasks.CompleteAsync(task)).IsDurable); break;
            case "fail": Assert.True((await host.Guard.Tasks.FailAsync(task, "no")).IsDurable); break;
            case "revoke": await host.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), host.Boss, "no"); break;
            default: hosts.Clock.Advance(TimeSpan.FromHours(2)); break;
        }

        await Waiting.UntilAsync(() => hosts.Disk.Records.IsEmpty, how);
    }

    [Fact]
    public async Task Ending_WaitsForNoStore_SaysItIsNotDurable_AndIsTriedUntilItIs()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        _ = hosts.Store.Hang("remove");

        TaskEnd end = await Waiting.PumpAsync(hosts.Clock, host.Guard.Tasks.CompleteAsync(task).AsTask());

        Assert.True(end.Decision.IsPermitted);
        Assert.False(end.IsDurable);
        Assert.Equal(TaskState.Completed, task.State);
        hosts.Store.Mend();
        await Waiting.UntilAsync(() => hosts.Disk.Records.IsEmpty, "it is removed when the store is back");
    }

    [Fact]
    public async Task Suspending_WithAStoreThatHangs_StopsAtOnceAndSaysThatItIsNotWritten()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        _ = hosts.Store.Hang("write");
        Task<Decision> suspending = host.Guard.Tasks.SuspendAsync(task, host.Boss, "look").AsTask();

        await Waiting.UntilAsync(() => task.State == TaskState.Suspended, "it stops before the store answers");
        Decision decision = await Waiting.PumpAsync(hosts.Clock, suspending);

        Assert.Contains("not written down yet", decision.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_WritesWhatIsLeft_AndTheTaskCanBeRestored()
    {
        TaskId id;
        KeptHosts hosts = new();
        GuardFixture first = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(2)));
        id = task.Id;
        await first.CallAsync(task, "read");
        await first.DisposeAsync();
        GuardFixture second = await hosts.KillAndStartAsync();

        AgentTask restored = await hosts.RestoreAsync(id, hosts.Request(TaskBudget.Unlimited.WithCalls(2)));

        Assert.Equal([ReasonCodes.Permitted, ReasonCodes.BudgetExceeded], new[] { (await second.CallAsync(restored, "read")).Decision.ReasonCode, (await second.CallAsync(restored, "read")).Decision.ReasonCode });
        await hosts.DisposeAsync();
    }

    [Fact]
    public void AHostThatKeepsTasksAndNotRevocations_DoesNotStart()
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(
            () => new GuardFixture("", b => b.Services.AddSingleton<ITaskStore>(new DiskTaskStore(new TaskDisk(), 0))));
        Assert.Contains("UseRevocationStore", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubTask_OpensWithoutTheStore_AndWhatItUsesIsOnTheDiskOfItsRoot()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask root = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(5)));
        AgentTask sub = (await host.Guard.Tasks.OpenSubTaskAsync(root, hosts.Request())).GetTaskOrThrow();

        await host.CallAsync(sub, "read");

        TaskRecord record = Assert.Single(hosts.Disk.Records);
        Assert.Contains(record.Notes, static n => n.Key == "standing" && n.Value!.Contains("\"calls\":1,\"callsOf\"", StringComparison.Ordinal));
    }

    private static string? Note(KeptHosts hosts, ApprovalId id) => hosts.Disk.Records[0].Notes.FirstOrDefault(n => n.Key == $"approval/{id}").Value;
}
