using System.Text.Json;

using IntentAuthz.Cedar;
using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>Attempts to get more out of a restart, a hanging store or a race than there was.</summary>
public sealed class RestoringAttackTests
{
    private const string Pay = """{"to":"ACME","amount":20}""";

    public static TheoryData<string> Changes =>
        ["parameter", "user request", "purpose", "mandate", "budget", "ceiling", "lifetime", "group", "attribute", "owner", "delegation", "outside", "proposal"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task ARequestThatDiffers_RestoresNothing_AndTheTaskIsStillThere(string change)
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync();
        TaskRequest same = hosts.Request();
        AgentIdentity agent = change switch
        {
            "group" => AgentIdentity.HostAsserted(same.Agent.Id, GuardFixture.Acme, "ann", ["admins"]),
            "attribute" => AgentIdentity.HostAsserted(same.Agent.Id, GuardFixture.Acme, "ann", attributes: new CedarRecord.Builder { { "level", 9L } }.Build()),
            "owner" => AgentIdentity.HostAsserted(same.Agent.Id, GuardFixture.Acme, "bob"),
            _ => same.Agent,
        };
        Mandate mandate = change switch
        {
            "mandate" => Mandate.WhateverPoliciesPermit("another reason"),
            "budget" => same.Mandate.WithBudget(TaskBudget.Unlimited.WithCalls(1_000)),
            "ceiling" => same.Mandate.WithScoreCeiling(100),
            _ => same.Mandate,
        };
        TaskRequest other = new(agent, change == "purpose" ? "pay bills" : same.Purpose, mandate, change == "lifetime" ? TimeSpan.FromHours(2) : same.Lifetime)
        {
            UserRequest = change == "user request" ? "Pay 20 to ACNE." : same.UserRequest,
            Parameters = change == "parameter" ? JsonElement.Parse("""{"order":8}""") : same.Parameters,
            Delegation = change == "delegation" ? Delegation.OnBehalfOf(host.Boss) : same.Delegation,
            Outside = change == "outside" ? OutsideProposal.Inform : same.Outside,
            Proposal = change == "proposal" ? MandateProposal.Of("more", MandateGrant.Of("read")) : same.Proposal,
        };

        Assert.Equal(ReasonCodes.RequestChanged, (await host.Guard.Tasks.RestoreAsync(task.Id, other, host.Clerk)).Decision.ReasonCode);
        await hosts.RestoreAsync(task.Id);
    }

    [Fact]
    public async Task AnotherTenant_RestoresNothing_AndLearnsNothing()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync();
        TenantId other = new("other");

        OpenTaskResult result = await host.Guard.Tasks.RestoreAsync(
            task.Id, hosts.Request(agent: AgentIdentity.HostAsserted(host.Agent.Id, other, "ann")), Principal.Person("eve", other));

        Assert.Equal(ReasonCodes.WrongState, result.Decision.ReasonCode);
    }

    [Fact]
    public async Task RestoredTwiceAtOnce_ByTwoProcesses_OneGetsIt()
    {
        for (int round = 0; round < 20; round++)
        {
            await using KeptHosts hosts = new();
            await hosts.StartAsync();
            AgentTask task = await hosts.OpenAsync();
            GuardFixture one = await hosts.KillAndStartAsync();
            GuardFixture two = await hosts.StartAsync();
            TaskRequest request = hosts.Request();

            OpenTaskResult[] results = await Task.WhenAll(new[] { one, two, one, two }.Select(h => Task.Run(async () => await h.Guard.Tasks.RestoreAsync(task.Id, request, h.Clerk))));

            Assert.Single(results, static r => r.Task is not null);
            Assert.All(results.Where(static r => r.Task is null), static r => Assert.Equal(ReasonCodes.WrongState, r.Decision.ReasonCode));
        }
    }

    [Theory]
    [InlineData("task")]
    [InlineData("agent")]
    [InlineData("link")]
    [InlineData("tenant")]
    public async Task RevokedBeforeTheKill_OrWhileItWasHeld_IsNeverRestored_EvenWhenTheRevocationIsLifted(string what)
    {
        foreach (bool whileHeld in new[] { false, true })
        {
            await using KeptHosts hosts = new();
            GuardFixture host = await hosts.StartAsync(configure: static o => o.OperatorKey = s_key);
            AgentTask task = await hosts.OpenAsync();
            RevocationTarget target = what switch
            {
                "task" => RevocationTarget.Task(task.Tenant, task.Id),
                "agent" => RevocationTarget.Agent(task.Tenant, task.Agent.Id),
                "link" => RevocationTarget.DelegationLink(task.Tenant, task.Delegation.Links[0].Id),
                _ => RevocationTarget.WholeTenant(task.Tenant),
            };
            if (!whileHeld)
            {
                hosts.Store.Fail("remove"); // the process dies before it could write the end down
                await host.Guard.Revocations.RevokeAsync(target, s_key, "stop");
            }

            host = await hosts.KillAndStartAsync(configure: static o => o.OperatorKey = s_key);
            if (whileHeld)
            {
                await host.Guard.Revocations.RevokeAsync(target, s_key, "stop");
            }

            Assert.Empty((await host.Guard.ReadLiveAsync(null)).Tasks);
            Assert.False((await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk)).Decision.IsPermitted);
            await Waiting.WithinAsync(hosts.Clock, TimeSpan.FromSeconds(20), () => hosts.Disk.Records.IsEmpty, "the held task is ended");
            await host.Guard.Revocations.LiftAsync(target, s_key, "over");
            Assert.Equal(ReasonCodes.WrongState, (await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk)).Decision.ReasonCode);
        }
    }

    private static readonly OperatorKey s_key = new("a key of at least thirty-two characters");

    [Fact]
    public async Task RevokedWhileItIsRestored_DoesNotRun()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync();
        Task reached = hosts.Store.Hang("claim");
        Task<OpenTaskResult> restoring = host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk).AsTask();
        await reached;

        await host.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), host.Boss, "stop");
        hosts.Store.Mend();

        Assert.False((await restoring).Decision.IsPermitted);
        Assert.Equal(0, host.Guard.Tasks.LiveCount);
        await Waiting.WithinAsync(hosts.Clock, TimeSpan.FromSeconds(20), () => hosts.Disk.Records.IsEmpty, "it is gone");
    }

    [Fact]
    public async Task AClaimThatIsAnsweredAfterItsTimeout_IsGivenBack()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture host = await hosts.KillAndStartAsync();
        _ = hosts.Store.Hang("claim");
        OpenTaskResult late = await Waiting.PumpAsync(hosts.Clock, host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk).AsTask());
        Assert.Equal(ReasonCodes.TaskStoreUnavailable, late.Decision.ReasonCode);
        hosts.Store.Mend();

        OpenTaskResult? again = null;
        for (int i = 0; i < 500 && again?.Task is null; i++)
        {
            again = await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk);
            await Task.Delay(10);
        }

        Assert.True(again?.Task is not null, again?.Decision.ToString());
    }

    [Theory]
    [InlineData("revoke task")]
    [InlineData("revoke approval")]
    [InlineData("suspend")]
    [InlineData("complete")]
    public async Task TakenAwayWhileTheStoreHangs_TheApprovalIsUsedUpAndTheToolNeverStarts(string how)
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        ApprovalId id = (await host.CallAsync(task, "pay", Pay)).Decision.Approval!.Value;
        await host.Guard.Approvals.ApproveAsync(id, host.Boss);
        await Task.Delay(50);
        Task reached = hosts.Store.Hang("write");
        Task<GuardResult> call = host.CallAsync(task, "pay", Pay);
        await reached;

        Task taking = how switch
        {
            "revoke task" => host.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), host.Boss, "stop").AsTask(),
            "revoke approval" => host.Guard.Revocations.RevokeAsync(RevocationTarget.Approval(task.Tenant, id), host.Boss, "stop").AsTask(),
            "suspend" => host.Guard.Tasks.SuspendAsync(task, host.Boss, "stop").AsTask(),
            _ => host.Guard.Tasks.CompleteAsync(task).AsTask(),
        };
        if (how.StartsWith("revoke", StringComparison.Ordinal))
        {
            await taking; // waits for no task store
        }
        else
        {
            await Waiting.UntilAsync(() => task.State != TaskState.Active, how);
        }

        hosts.Store.Mend();
        GuardResult result = await call;
        await taking;

        Assert.Equal(
            how switch { "suspend" => ReasonCodes.TaskSuspended, "complete" => ReasonCodes.TaskEnded, _ => ReasonCodes.Revoked }, result.Decision.ReasonCode);
        Assert.Empty(host.Ran);
    }

    [Fact]
    public async Task CallsWhoseEndIsUnknown_BeyondTheBound_AreKeptAsOneMark()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        for (int i = 0; i < 4_110; i++)
        {
            await host.Guard.InvokeAsync(task, new ToolCall("send", $$"""{"to":"{{i}}"}"""), static (_, _) => throw new IOException("gone"));
        }

        int Kept() => hosts.Disk.Records[0].Notes.Count(static n => n.Key.StartsWith("open/", StringComparison.Ordinal));
        await Waiting.UntilAsync(() => Kept() >= 4_000, "the notes of open calls"); // how a call ended is written without being waited for
        Assert.InRange(Kept(), 4_000, 4_096);
        host = await hosts.KillAndStartAsync();
        task = await hosts.RestoreAsync(task.Id);
        Assert.Equal(ReasonCodes.RepeatOfUnknownOutcome, (await host.CallAsync(task, "send", """{"to":"new"}""")).Decision.ReasonCode);
    }

    [Fact]
    public async Task RevocationsRaceCallsOfAKeptTask_NoCallStartsUncancelledAfterwards()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        int rounds = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 5_000 : 100;
        int started = 0;
        for (int round = 0; round < rounds; round++)
        {
            AgentTask task = await hosts.OpenAsync();
            int returned = 0;
            int violations = 0;
            using Barrier start = new(3);
            Task[] callers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                start.SignalAndWait();
                for (int i = 0; i < 20; i++)
                {
                    await host.Guard.InvokeAsync(task, new ToolCall("read", "{}"), (_, token) =>
                    {
                        Interlocked.Increment(ref started);
                        if (Volatile.Read(ref returned) != 0 && !token.IsCancellationRequested)
                        {
                            Interlocked.Increment(ref violations);
                        }

                        return new ValueTask<ToolResult>(ToolResult.None);
                    });
                }
            }))];
            Task revoking = Task.Run(async () =>
            {
                start.SignalAndWait();
                Thread.SpinWait(round * 50);
                await host.Guard.Revocations.RevokeAsync(RevocationTarget.Task(task.Tenant, task.Id), host.Boss, "race");
                Volatile.Write(ref returned, 1);
            });
            await Task.WhenAll([.. callers, revoking]);
            Assert.True(violations == 0, $"round {round}: {violations} calls started with a live token after the revocation had returned");
        }

        Assert.True(started > 0, "no call ever started, so nothing was tried");
    }

    [Fact]
    public async Task ParallelCallsOfKeptTasks_NeverRacePastALimit_OverRestarts()
    {
        TaskBudget budget = TaskBudget.Unlimited.WithCalls(40).WithSpend("amount", 30m);
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(budget));
        int ran = 0;
        for (int restart = 0; restart < 4; restart++)
        {
            AgentTask sub = (await host.Guard.Tasks.OpenSubTaskAsync(task, hosts.Request())).GetTaskOrThrow();
            int[] amounts = [.. Enumerable.Range(restart * 100, 12)];
            await Task.WhenAll(amounts.Select(i => Task.Run(() => host.CallAsync(i % 2 == 0 ? task : sub, "send", $$"""{"to":"{{i}}","amount":1}"""))));
            ran += host.Ran.Count;
            host = await hosts.KillAndStartAsync();
            task = await hosts.RestoreAsync(task.Id, hosts.Request(budget));
        }

        await Task.WhenAll(Enumerable.Range(1_000, 40).Select(i => Task.Run(() => host.CallAsync(task, "send", $$"""{"to":"{{i}}","amount":1}"""))));
        Assert.Equal(30, ran + host.Ran.Count);
    }

    [Fact]
    public async Task KilledBetweenTheWriteAndTheDispatch_TheBudgetIsUsedAndTheCallIsUnknown()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(1)));
        GuardFixture? next = null;

        // The first thing the tool does is to die with its process: on the disk that is the same as if it had never been entered.
        await host.Guard.InvokeAsync(task, new ToolCall("send", Pay), async (_, _) =>
        {
            next = await hosts.KillAndStartAsync();
            return ToolResult.None;
        });
        AgentTask restored = await hosts.RestoreAsync(task.Id, hosts.Request(TaskBudget.Unlimited.WithCalls(1)));

        Assert.Equal(ReasonCodes.RepeatOfUnknownOutcome, (await next!.CallAsync(restored, "send", Pay)).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.BudgetExceeded, (await next.CallAsync(restored, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task AProcessThatWasTakenOverFrom_RunsNoCallOfTheTaskAnyMore()
    {
        await using KeptHosts hosts = new();
        GuardFixture robbed = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        GuardFixture thief = await hosts.KillAndStartAsync(); // the first goes on running, and does not know
        await hosts.RestoreAsync(task.Id);

        Assert.Equal(ReasonCodes.TaskStoreUnavailable, (await robbed.CallAsync(task, "read")).Decision.ReasonCode);
        Assert.Empty(robbed.Ran);
        Assert.True((await thief.CallAsync(thief.Guard.Tasks.Find(GuardFixture.Acme, task.Id), "read")).IsCompleted);
    }

    [Fact]
    public async Task ATaskThatAnotherProcessEnded_RunsNoMore()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        await hosts.Store.RemoveAsync(task.Id, CancellationToken.None);

        Assert.Equal(ReasonCodes.TaskStoreUnavailable, (await host.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task AClockSetBackWhileItWasHeld_LendsNoLife()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        hosts.Clock.Advance(TimeSpan.FromMinutes(50));
        await host.CallAsync(task, "read");
        hosts.Kill();
        hosts.Clock.AdjustTime(hosts.Clock.GetUtcNow() - TimeSpan.FromMinutes(45));
        host = await hosts.StartAsync();
        task = await hosts.RestoreAsync(task.Id);

        hosts.Clock.Advance(TimeSpan.FromMinutes(11));

        Assert.Equal(ReasonCodes.TaskExpired, (await host.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task NotesThatCannotBeUnderstood_RestoreNothing()
    {
        await using KeptHosts hosts = new();
        await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync();
        await hosts.Store.WriteAsync(task.Id, TaskState.Active, [new TaskNote("newer/thing", "1")], CancellationToken.None);
        GuardFixture host = await hosts.KillAndStartAsync();

        OpenTaskResult result = await host.Guard.Tasks.RestoreAsync(task.Id, hosts.Request(), host.Clerk);

        Assert.Equal(ReasonCodes.InternalError, result.Decision.ReasonCode);
        Assert.Equal(0, host.Guard.Tasks.LiveCount);
    }

    [Fact]
    public async Task ACancelledCaller_WhileTheStoreIsWaitedFor_RunsNothing_AndGetsItsBudgetBack()
    {
        await using KeptHosts hosts = new();
        GuardFixture host = await hosts.StartAsync();
        AgentTask task = await hosts.OpenAsync(hosts.Request(TaskBudget.Unlimited.WithCalls(1)));
        using CancellationTokenSource caller = new();
        Task reached = hosts.Store.Hang("write");
        Task<GuardResult> call = host.Guard.InvokeAsync(task, new ToolCall("send", Pay), host.NoteAsync, caller.Token).AsTask();
        await reached;
        await caller.CancelAsync();
        hosts.Store.Mend();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Empty(host.Ran);
        Assert.True((await host.CallAsync(task, "send", Pay)).IsCompleted);
    }
}
