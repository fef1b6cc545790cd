using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Tasks;

/// <summary>The life of a task: who opens it, which way its state can go, and that what hangs under it goes with it.</summary>
public sealed class TaskRegistryTests
{
    private const string Policies = """permit(principal, action == Action::"read", resource);""";

    [Fact]
    public void State_MovesOnlyTheWaysThatAreDeclared()
    {
        (TaskState From, TaskState To)[] allowed =
        [
            (TaskState.Pending, TaskState.Active), (TaskState.Active, TaskState.Suspended), (TaskState.Suspended, TaskState.Active),
            .. from open in (TaskState[])[TaskState.Pending, TaskState.Active, TaskState.Suspended]
               from end in (TaskState[])[TaskState.Completed, TaskState.Failed, TaskState.Revoked, TaskState.Expired]
               select (open, end),
        ];
        foreach (TaskState from in Enum.GetValues<TaskState>())
        {
            foreach (TaskState to in Enum.GetValues<TaskState>())
            {
                Assert.True(NewTask(from).TryMove(to) == allowed.Contains((from, to)), $"{from} → {to}");
            }
        }
    }

    [Fact]
    public void State_UnderParallelEnds_HasExactlyOneWinner()
    {
        AgentTask task = NewTask(TaskState.Active);
        TaskState[] ends = [TaskState.Completed, TaskState.Failed, TaskState.Revoked, TaskState.Expired];
        int won = 0;

        Parallel.For(0, 100, i => Interlocked.Add(ref won, task.TryMove(ends[i % ends.Length]) ? 1 : 0));

        Assert.Equal(1, won);
    }

    [Fact]
    public async Task Open_ByAnAgentOrForAnotherTenant_IsRefused()
    {
        await using GuardFixture fixture = Fixture();
        TaskRequest request = Request(fixture);

        Assert.Equal(
            ReasonCodes.AgentNotAllowed,
            (await fixture.Guard.Tasks.OpenAsync(request, Principal.OfAgent(fixture.Agent))).Decision.ReasonCode);
        Assert.Equal(
            ReasonCodes.ForeignTenant,
            (await fixture.Guard.Tasks.OpenAsync(request, Principal.Person("eve", new TenantId("other")))).Decision.ReasonCode);
        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
    }

    [Fact]
    public async Task Complete_EndsOnce_AndTheSecondEndConfirmsNothing()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();

        TaskEnd[] ends = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => fixture.Guard.Tasks.CompleteAsync(task).AsTask())));

        TaskEnd first = Assert.Single(ends, static e => e.Decision.IsPermitted);
        Assert.True(first.IsConfirmed);
        Assert.All(ends.Except([first]), static e => Assert.False(e.IsConfirmed, "it knows nothing of the leases"));
        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
    }

    [Fact]
    public async Task Expiry_ComesByTheMonotonicClock_AlsoWhenTheWallClockIsSetBack()
    {
        SettableClock clock = new();
        AgentTask task = NewTask(TaskState.Active, clock);
        clock.Monotonic += TimeSpan.FromHours(1);
        clock.Wall -= TimeSpan.FromHours(5);

        Assert.Equal(TaskState.Expired, task.State);
        Assert.Equal(ReasonCodes.TaskExpired, task.WhyNotActive());
        await Task.CompletedTask;
    }

    [Fact]
    public void Expiry_ComesByTheWallClock_AlsoWhenTheMonotonicOneStands()
    {
        SettableClock clock = new();
        AgentTask task = NewTask(TaskState.Active, clock);
        clock.Wall += TimeSpan.FromHours(1);

        Assert.Equal(ReasonCodes.TaskExpired, task.WhyNotActive());
    }

    [Fact]
    public async Task Expiry_EndsTheTaskAndThoseBelowIt()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask parent = await fixture.OpenAsync(lifetime: TimeSpan.FromMinutes(1));
        AgentTask child = await OpenBelowAsync(fixture, parent);
        Assert.Equal(parent.ExpiresAt, child.ExpiresAt);

        fixture.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(ReasonCodes.TaskExpired, (await fixture.CallAsync(child, "read")).Decision.ReasonCode);
        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
    }

    [Fact]
    public async Task SubTask_OnlyNarrows()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask parent = await fixture.OpenAsync(Mandate.Of(MandateGrant.Of("write")));
        AgentTask child = await OpenBelowAsync(fixture, parent);

        Assert.Equal(ReasonCodes.OutsideMandate, (await fixture.CallAsync(child, "read")).Decision.ReasonCode);
        Assert.Equal(2, child.Delegation.Links.Length);
        Assert.Null(child.UserRequest);
    }

    [Fact]
    public async Task SubTasks_HangAtMostSoDeep()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        for (int depth = 1; depth < TaskRegistry.MaxDepth; depth++)
        {
            task = await OpenBelowAsync(fixture, task);
        }

        Assert.False((await fixture.Guard.Tasks.OpenSubTaskAsync(task, Request(fixture))).IsOpen);
    }

    [Fact]
    public async Task End_OfATask_EndsThoseBelowItAndFreesThem()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask parent = await fixture.OpenAsync();
        AgentTask grandchild = await OpenBelowAsync(fixture, await OpenBelowAsync(fixture, parent));

        await fixture.Guard.Tasks.CompleteAsync(parent);

        Assert.Equal(TaskState.Revoked, grandchild.State);
        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
        Assert.Equal(ReasonCodes.TaskEnded, (await fixture.Guard.Tasks.OpenSubTaskAsync(parent, Request(fixture))).Decision.ReasonCode);
    }

    [Fact]
    public async Task Suspend_StopsCallsAndEndsSubTasks_UntilAPersonResumes()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        AgentTask child = await OpenBelowAsync(fixture, task);

        Assert.True((await fixture.Guard.Tasks.SuspendAsync(task, fixture.Boss, "odd")).IsPermitted);

        Assert.Equal(TaskState.Revoked, child.State);
        Assert.Equal(ReasonCodes.TaskSuspended, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.AgentNotAllowed, (await fixture.Guard.Tasks.ResumeAsync(task, Principal.OfAgent(fixture.Agent))).ReasonCode);
        Assert.True((await fixture.Guard.Tasks.ResumeAsync(task, fixture.Boss)).IsPermitted);
        Assert.Equal(ReasonCodes.Completed, (await fixture.CallAsync(task, "read")).OutcomeCode);
    }

    [Fact]
    public async Task Suspend_OfATaskThatIsNotActive_IsNotReportedAsDone()
    {
        await using GuardFixture fixture = Fixture("""@approval("finance") permit(principal, action == IntentAuthz::Action::"OpenTask", resource);""");
        AgentTask pending = (await fixture.Guard.Tasks.OpenAsync(Request(fixture), fixture.Clerk)).Task!;

        Assert.Equal(ReasonCodes.WrongState, (await fixture.Guard.Tasks.SuspendAsync(pending, fixture.Boss, "odd")).ReasonCode);
    }

    [Fact]
    public async Task Pending_Task_RunsOnlyOnceSomebodyElseApprovedIt()
    {
        await using GuardFixture fixture = Fixture("""@approval("finance") permit(principal, action == IntentAuthz::Action::"OpenTask", resource);""");
        Principal opener = Principal.Person("olga", GuardFixture.Acme, "finance");
        OpenTaskResult opened = await fixture.Guard.Tasks.OpenAsync(Request(fixture), opener);
        AgentTask task = opened.Task!;
        ApprovalId approval = opened.Decision.Approval!.Value;

        Assert.Equal(ReasonCodes.TaskPending, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
        Assert.Equal(DecisionOutcome.RequireApproval, fixture.Guard.Tasks.Activate(task).Outcome);
        Assert.False((await fixture.Guard.Approvals.ApproveAsync(approval, opener)).IsPermitted, "whoever asked for it does not approve it");
        Assert.True((await fixture.Guard.Approvals.ApproveAsync(approval, fixture.Boss)).IsPermitted);
        Assert.True(fixture.Guard.Tasks.Activate(task).IsPermitted);
        Assert.False(fixture.Guard.Tasks.Activate(task).IsPermitted, "once");
        Assert.Equal(ReasonCodes.Completed, (await fixture.CallAsync(task, "read")).OutcomeCode);
    }

    [Fact]
    public async Task Resume_WhereOpeningNeedsTwo_IsNotForOneWhoHoldsBothRoles()
    {
        await using GuardFixture fixture = Fixture("""@approval("finance,audit") permit(principal, action == IntentAuthz::Action::"OpenTask", resource);""");
        OpenTaskResult opened = await fixture.Guard.Tasks.OpenAsync(Request(fixture), fixture.Clerk);
        await fixture.Guard.Approvals.ApproveAsync(opened.Decision.Approval!.Value, fixture.Boss);
        await fixture.Guard.Approvals.ApproveAsync(opened.Decision.Approval!.Value, Principal.Person("al", GuardFixture.Acme, "audit"));
        Assert.True(fixture.Guard.Tasks.Activate(opened.Task!).IsPermitted);
        await fixture.Guard.Tasks.SuspendAsync(opened.Task!, fixture.Boss, "odd");

        Principal both = Principal.Person("bo", GuardFixture.Acme, "finance", "audit");
        Assert.Equal(ReasonCodes.NotAuthorized, (await fixture.Guard.Tasks.ResumeAsync(opened.Task!, both)).ReasonCode);
    }

    [Fact]
    public async Task TaskOfAnotherGuard_IsNobodysBusinessHere()
    {
        await using GuardFixture fixture = Fixture();
        await using GuardFixture other = Fixture();
        AgentTask foreign = await other.OpenAsync();
        TaskRegistry tasks = fixture.Guard.Tasks;

        Assert.Equal(ReasonCodes.ForeignTask, (await tasks.CompleteAsync(foreign)).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.ForeignTask, (await tasks.SuspendAsync(foreign, fixture.Boss, "x")).ReasonCode);
        Assert.Equal(ReasonCodes.ForeignTask, (await tasks.ResumeAsync(foreign, fixture.Boss)).ReasonCode);
        Assert.Equal(ReasonCodes.ForeignTask, (await tasks.OpenSubTaskAsync(foreign, Request(fixture))).Decision.ReasonCode);
        Assert.Equal(TaskState.Active, foreign.State);
    }

    [Fact]
    public async Task Adopting_WhileTheParentEnds_LeavesNoChildRunning()
    {
        await using GuardFixture fixture = Fixture();
        for (int i = 0; i < 30; i++)
        {
            AgentTask parent = await fixture.OpenAsync();
            Task<OpenTaskResult>[] opening = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(() => fixture.Guard.Tasks.OpenSubTaskAsync(parent, Request(fixture)).AsTask()))];
            await fixture.Guard.Tasks.CompleteAsync(parent);

            Assert.All(await Task.WhenAll(opening), static o => Assert.True(o.Task is null || o.Task.HasEnded, "a child outlived its parent"));
        }

        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
    }

    private static GuardFixture Fixture(string more = "") =>
        new(Policies + more, static builder => builder.AddTool(ToolDescriptor.For("read").Idempotent()).AddTool(ToolDescriptor.For("write")));

    private static TaskRequest Request(GuardFixture fixture) =>
        new(fixture.Agent, "part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1));

    private static async Task<AgentTask> OpenBelowAsync(GuardFixture fixture, AgentTask parent) =>
        (await fixture.Guard.Tasks.OpenSubTaskAsync(parent, Request(fixture))).GetTaskOrThrow();

    private static AgentTask NewTask(TaskState state, TimeProvider? time = null)
    {
        AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("bot"), GuardFixture.Acme, "ann");
        TaskRequest request = new(agent, "test", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1));
        Obligations opening = state == TaskState.Pending ? new Obligations { Approvals = [new ApprovalRequirement("finance", 1)] } : Obligations.None;
        AgentTask task = new(request, null, null, Principal.Person("carl", GuardFixture.Acme), opening, time ?? TimeProvider.System,
            new GuardIdentity(new SecretScrubber(TimeProvider.System), TimeProvider.System, new RiskWeights()), TaskSettings.Default);
        if (task.State != state)
        {
            task.TryMove(state);
        }

        return task;
    }

    /// <summary>Two clocks that can be set apart, as an administrator or a virtual machine does.</summary>
    private sealed class SettableClock : TimeProvider
    {
        internal DateTimeOffset Wall { get; set; } = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

        internal TimeSpan Monotonic { get; set; } = TimeSpan.FromDays(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Monotonic.Ticks;
    }
}
