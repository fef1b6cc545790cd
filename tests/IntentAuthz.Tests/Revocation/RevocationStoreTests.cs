using IntentAuthz.Tests.Guarding;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace IntentAuthz.Tests.Revocation;

/// <summary>What a store adds: other processes follow, a restart remembers, and a node that cannot know says no.</summary>
public sealed class RevocationStoreTests
{
    private static readonly OperatorKey s_key = new("a key of at least thirty-two characters");
    private static readonly RevocationTarget s_tool = RevocationTarget.Tool(GuardFixture.Acme, "read");

    [Fact]
    public async Task A_revocation_on_one_node_stops_calls_in_flight_on_another()
    {
        SharedStore store = new();
        await using GuardFixture one = await KnownAsync(store);
        await using GuardFixture other = await KnownAsync(store);
        AgentTask task = await other.OpenAsync();
        TaskCompletionSource running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<GuardResult> call = other.Guard.InvokeAsync(task, new ToolCall("read", "{}"), async (_, token) =>
        {
            running.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return ToolResult.None;
        }).AsTask();
        await running.Task;

        RevocationResult result = await one.Guard.Revocations.RevokeAsync(RevocationTarget.Agent(GuardFixture.Acme, one.Agent.Id), s_key, "stolen");
        await TickAsync(other, store);

        Assert.True(result.IsDurable);
        Assert.Equal(ReasonCodes.CancelledByRevocation, (await call.WaitAsync(TimeSpan.FromSeconds(30))).OutcomeCode);
        Assert.Equal(TaskState.Revoked, task.State);
        Decision denied = (await other.CallAsync(task, "read")).Decision;
        Assert.Equal(ReasonCodes.Revoked, denied.ReasonCode);
        Assert.Contains("stolen", denied.Explanation, StringComparison.Ordinal);
        Assert.Contains("operator key", denied.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lifting_on_one_node_reaches_another()
    {
        SharedStore store = new();
        await using GuardFixture one = await KnownAsync(store);
        await using GuardFixture other = await KnownAsync(store);
        await one.Guard.Revocations.RevokeAsync(s_tool, s_key, "x");
        await TickAsync(other, store);
        Assert.True(other.Guard.Revocations.IsRevoked(s_tool));

        Assert.True((await one.Guard.Revocations.LiftAsync(s_tool, s_key, "x")).IsDurable);
        await TickAsync(other, store);

        Assert.False(other.Guard.Revocations.IsRevoked(s_tool));
    }

    [Fact]
    public async Task A_restart_knows_what_was_revoked_before_the_first_permit()
    {
        SharedStore store = new(isShared: false);
        await using (GuardFixture before = await KnownAsync(store))
        {
            await before.Guard.Revocations.RevokeAsync(RevocationTarget.Everything, s_key, "drill");
        }

        TaskCompletionSource slow = new();
        store.HangingReads = slow.Task;
        await using GuardFixture after = Fixture(store);
        Assert.Equal(ReasonCodes.RevocationUnknown, (await OpenAsync(after)).Decision.ReasonCode);
        Assert.False(after.Guard.Revocations.GetStatus().IsKnown);
        slow.SetResult();
        await after.Guard.Revocations.WaitUntilKnownAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(ReasonCodes.Revoked, (await OpenAsync(after)).Decision.ReasonCode);
    }

    [Fact]
    public async Task A_node_that_cannot_read_denies_every_call_and_recovers_by_itself()
    {
        SharedStore store = new();
        await using GuardFixture fixture = await KnownAsync(store);
        AgentTask task = await fixture.OpenAsync();
        Assert.True((await fixture.CallAsync(task, "read")).IsCompleted);

        store.ReadsFail = true;
        await TickAsync(fixture, store);
        Assert.True((await fixture.CallAsync(task, "read")).IsCompleted, "a failure shorter than the bound denies nothing");
        await TickAsync(fixture, store, TimeSpan.FromMilliseconds(1_100));
        Assert.Equal(ReasonCodes.RevocationUnknown, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.RevocationUnknown, (await OpenAsync(fixture)).Decision.ReasonCode);
        Assert.Equal(HealthStatus.Unhealthy, (await HealthAsync(fixture)).Status);
        Assert.Equal("IOException", fixture.Guard.Revocations.GetStatus().LastFault);

        store.ReadsFail = false;
        await TickAsync(fixture, store, TimeSpan.FromMilliseconds(300));
        Assert.True((await fixture.CallAsync(task, "read")).IsCompleted);
        Assert.Equal(HealthStatus.Healthy, (await HealthAsync(fixture)).Status);
    }

    [Fact]
    public async Task Knowledge_that_grows_old_between_the_verdict_and_the_dispatch_denies()
    {
        SharedStore store = new();
        Task Late(GuardFixture f)
        {
            store.ReadsFail = true;
            f.Clock.Advance(TimeSpan.FromMilliseconds(1_500));
            return Task.CompletedTask;
        }

        GuardFixture? fixture = null;
        HookSink sink = new(async () => await Late(fixture!));
        fixture = Fixture(store, sink);
        await using GuardFixture disposed = fixture;
        await fixture.Guard.Revocations.WaitUntilKnownAsync();
        AgentTask task = await fixture.OpenAsync();
        sink.Armed = true;

        GuardResult result = await fixture.CallAsync(task, "wire");

        Assert.Equal(ReasonCodes.RevocationUnknown, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task Revoking_waits_for_no_store_and_is_written_when_the_store_is_back()
    {
        SharedStore store = new() { WritesFail = true };
        await using GuardFixture fixture = await KnownAsync(store);
        AgentTask task = await fixture.OpenAsync();

        RevocationResult result = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), fixture.Boss, "stop");

        Assert.True(result.IsPermitted);
        Assert.False(result.IsDurable);
        Assert.Equal(TaskState.Revoked, task.State);
        Assert.Equal(1, fixture.Guard.Revocations.GetStatus().PendingWrites);
        Assert.Equal(HealthStatus.Degraded, (await HealthAsync(fixture)).Status);
        for (int i = 0; i < 20; i++)
        {
            await AdvanceAsync(fixture, TimeSpan.FromSeconds(10));
        }

        Assert.True(fixture.Guard.Revocations.GetStatus().FailedWrites > 1, "it was not tried again");
        store.WritesFail = false;
        await UntilAsync(async () =>
        {
            await AdvanceAsync(fixture, TimeSpan.FromSeconds(10));
            return fixture.Guard.Revocations.GetStatus().PendingWrites == 0;
        });
        Assert.Equal(RevocationTarget.Task(task.Tenant, task.Id), Assert.Single(store.Log).Target);
    }

    [Fact]
    public async Task Revoking_with_a_store_that_hangs_returns_and_says_it_is_not_durable()
    {
        TaskCompletionSource hanging = new();
        SharedStore store = new() { Hanging = hanging.Task };
        await using GuardFixture fixture = await KnownAsync(store);
        Task<RevocationResult> revoking = fixture.Guard.Revocations.RevokeAsync(s_tool, s_key, "x").AsTask();
        Assert.True(fixture.Guard.Revocations.IsRevoked(s_tool));

        await UntilAsync(async () =>
        {
            await AdvanceAsync(fixture, TimeSpan.FromSeconds(1));
            return revoking.IsCompleted;
        });

        Assert.False((await revoking).IsDurable);
        hanging.SetResult();
    }

    [Fact]
    public async Task A_lifting_that_is_older_than_ones_own_revocation_does_not_undo_it()
    {
        // Another node lifts; before this node has read that, it revokes again, and the store fails it.
        SharedStore store = new();
        await using GuardFixture one = await KnownAsync(store);
        await using GuardFixture other = await KnownAsync(store);
        await one.Guard.Revocations.RevokeAsync(s_tool, s_key, "x");
        await TickAsync(other, store);
        await other.Guard.Revocations.LiftAsync(s_tool, s_key, "x");
        store.WritesFail = true;
        await one.Guard.Revocations.RevokeAsync(s_tool, s_key, "again");
        await TickAsync(one, store);

        Assert.True(one.Guard.Revocations.IsRevoked(s_tool), "an older lifting undid a revocation that had returned");
        store.WritesFail = false;
        await UntilAsync(async () =>
        {
            await AdvanceAsync(one, TimeSpan.FromSeconds(10));
            return one.Guard.Revocations.GetStatus().PendingWrites == 0;
        });
        Assert.NotNull(store.Log[^1].Entry);
    }

    [Fact]
    public async Task What_was_not_written_yet_is_tried_once_more_at_shutdown()
    {
        SharedStore store = new() { WritesFail = true };
        await using (GuardFixture fixture = await KnownAsync(store))
        {
            await fixture.Guard.Revocations.RevokeAsync(s_tool, s_key, "x");
            store.WritesFail = false;
        }

        Assert.Equal(s_tool, Assert.Single(store.Log).Target);
    }

    private static async Task<OpenTaskResult> OpenAsync(GuardFixture fixture) => await fixture.Guard.Tasks.OpenAsync(
        new TaskRequest(fixture.Agent, "work", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromMinutes(1)), fixture.Clerk);

    private static Task<HealthCheckResult> HealthAsync(GuardFixture fixture) =>
        new RevocationHealthCheck(fixture.Guard).CheckHealthAsync(new HealthCheckContext());

    private static GuardFixture Fixture(SharedStore store, IAuditSink? sink = null) => new(
        "permit(principal is IntentAuthz::Agent, action, resource);",
        b =>
        {
            b.AddTool(ToolDescriptor.For("read").Idempotent()).AddTool(ToolDescriptor.For("wire").Risk(RiskClass.High));
            b.Services.AddSingleton<IRevocationStore>(store);
        },
        static o => o.OperatorKey = s_key,
        sink);

    private static async Task<GuardFixture> KnownAsync(SharedStore store)
    {
        GuardFixture fixture = Fixture(store);
        await fixture.Guard.Revocations.WaitUntilKnownAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return fixture;
    }

    /// <summary>Lets time pass until the store has been read twice: the second reading began after what came before.</summary>
    private static async Task TickAsync(GuardFixture fixture, SharedStore store, TimeSpan? by = null)
    {
        for (int i = 0; i < 3; i++)
        {
            int before = Volatile.Read(ref store.Reads);
            await UntilAsync(async () =>
            {
                await AdvanceAsync(fixture, by ?? TimeSpan.FromMilliseconds(25));
                by = null;
                return Volatile.Read(ref store.Reads) > before;
            });
        }
    }

    private static async Task AdvanceAsync(GuardFixture fixture, TimeSpan by)
    {
        fixture.Clock.Advance(by);
        await Task.Delay(5);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (int i = 0; i < 2_000; i++)
        {
            if (await condition())
            {
                return;
            }
        }

        Assert.Fail("it did not come about");
    }

    /// <summary>Does something while a decision's record is being written: after the verdict, before the dispatch.</summary>
    private sealed class HookSink(Func<Task> hook) : IAuditSink
    {
        internal bool Armed { get; set; }

        public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
        {
            if (Armed && records.ToArray().Any(static r => r is { Kind: AuditKind.Decision, Tool: "wire" }))
            {
                Armed = false;
                await hook();
            }
        }
    }
}
