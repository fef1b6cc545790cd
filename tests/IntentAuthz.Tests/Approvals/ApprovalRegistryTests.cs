using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Approvals;

/// <summary>Who can approve, what an approval covers, and how long; never more than was shown, never twice.</summary>
public sealed class ApprovalRegistryTests
{
    private const string Policies = """
        @approval("finance") permit(principal, action == Action::"pay", resource);
        permit(principal, action == Action::"read", resource);
        """;

    [Fact]
    public async Task Approve_ByTheAgentOrAnotherTenantOrWithoutTheRole_DoesNotCount()
    {
        await using GuardFixture fixture = Fixture();
        ApprovalId id = await AskAsync(fixture, await fixture.OpenAsync());
        ApprovalRegistry approvals = fixture.Guard.Approvals;

        Assert.Equal(ReasonCodes.AgentNotAllowed, (await approvals.ApproveAsync(id, Principal.OfAgent(fixture.Agent))).ReasonCode);
        Assert.Equal(ReasonCodes.WrongState, (await approvals.ApproveAsync(id, Principal.Person("bea", new TenantId("other"), "finance"))).ReasonCode);
        Assert.Equal(ReasonCodes.NotAuthorized, (await approvals.ApproveAsync(id, fixture.Clerk)).ReasonCode);
        Assert.Equal(ApprovalState.Pending, approvals.Find(GuardFixture.Acme, id)!.State);
    }

    [Fact]
    public async Task Approve_ByOneInTheDelegation_NeedsAPolicyThatSaysSo()
    {
        const string own = """permit(principal, action == IntentAuthz::Action::"ApproveOwn", resource);""";
        foreach (bool allowed in (bool[])[false, true])
        {
            await using GuardFixture fixture = Fixture(allowed ? own : "");
            ApprovalId id = await AskAsync(fixture, await fixture.OpenAsync(delegation: Delegation.OnBehalfOf(fixture.Boss)));

            Assert.Equal(allowed, (await fixture.Guard.Approvals.ApproveAsync(id, fixture.Boss)).IsPermitted);
        }
    }

    [Fact]
    public async Task Quorum_OfTwo_IsNotMetByOneWhoComesTwiceWithOtherRoles()
    {
        await using GuardFixture fixture = new(
            """@approval("finance:2") permit(principal, action == Action::"pay", resource);""", static b => b.AddTool(ToolDescriptor.For("pay")));
        ApprovalId id = await AskAsync(fixture, await fixture.OpenAsync());

        Assert.True((await fixture.Guard.Approvals.ApproveAsync(id, fixture.Boss)).IsPermitted);
        Assert.False((await fixture.Guard.Approvals.ApproveAsync(id, Principal.Person("bea", GuardFixture.Acme, "finance", "audit"))).IsPermitted);
        Assert.Equal(ApprovalState.Pending, fixture.Guard.Approvals.Find(GuardFixture.Acme, id)!.State);
        Assert.True((await fixture.Guard.Approvals.ApproveAsync(id, Principal.Person("ben", GuardFixture.Acme, "finance"))).IsPermitted);
        Assert.Equal(ApprovalState.Approved, fixture.Guard.Approvals.Find(GuardFixture.Acme, id)!.State);
    }

    [Fact]
    public async Task Request_ThatNobodyAnswers_Expires_AndTheCallAsksAnew()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        ApprovalId id = await AskAsync(fixture, task);
        fixture.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal(ReasonCodes.WrongState, (await fixture.Guard.Approvals.ApproveAsync(id, fixture.Boss)).ReasonCode);
        Assert.Equal(ApprovalState.Expired, fixture.Guard.Approvals.Find(GuardFixture.Acme, id)!.State);
        Assert.NotEqual(id, await AskAsync(fixture, task));
    }

    [Fact]
    public async Task Approval_ThatIsNotUsedInTime_Expires()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.Guard.Approvals.ApproveAsync(await AskAsync(fixture, task), fixture.Boss);
        fixture.Clock.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal(DecisionOutcome.RequireApproval, (await fixture.CallAsync(task, "pay")).Decision.Outcome);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task Refused_Call_CannotBeAskedAgainInItsTask()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.Guard.Approvals.RefuseAsync(await AskAsync(fixture, task), fixture.Boss);

        Assert.Equal(ReasonCodes.ApprovalRefused, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        Assert.Empty(fixture.Guard.Approvals.GetPending(GuardFixture.Acme));
    }

    [Fact]
    public async Task Quota_OfATaskAndOfATenant_LeaveRoomForOthers()
    {
        await using GuardFixture fixture = Fixture(configure: static o =>
        {
            o.MaxPendingApprovalsPerTask = 2;
            o.MaxPendingApprovalsPerTenant = 3;
        });
        AgentTask loud = await fixture.OpenAsync();
        AgentTask quiet = await fixture.OpenAsync();

        Assert.Equal(DecisionOutcome.RequireApproval, (await PayAsync(loud, 1)).Outcome);
        ApprovalId second = (await PayAsync(loud, 2)).Approval!.Value;
        Assert.Equal(ReasonCodes.ApprovalQuota, (await PayAsync(loud, 3)).ReasonCode);
        Assert.Equal(DecisionOutcome.RequireApproval, (await PayAsync(quiet, 1)).Outcome);
        Assert.Equal(ReasonCodes.ApprovalQuota, (await PayAsync(quiet, 2)).ReasonCode);
        await fixture.Guard.Approvals.RefuseAsync(second, fixture.Boss);
        Assert.Equal(DecisionOutcome.RequireApproval, (await PayAsync(quiet, 2)).Outcome);

        async Task<Decision> PayAsync(AgentTask task, int amount) => (await fixture.CallAsync(task, "pay", $$"""{"amount":{{amount}}}""")).Decision;
    }

    [Fact]
    public async Task Task_ThatEnds_TakesItsRequestsWithIt_AndAsksNoMore()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        ApprovalId id = await AskAsync(fixture, task);
        ApprovalRequest request = fixture.Guard.Approvals.Find(GuardFixture.Acme, id)!;

        await fixture.Guard.Tasks.CompleteAsync(task);

        Assert.Equal(ApprovalState.Voided, request.State);
        Assert.Null(fixture.Guard.Approvals.Find(GuardFixture.Acme, id));
        Assert.Null(fixture.Guard.Approvals.Ask(task, request.Subject, request.Obligations));
        Assert.Empty(fixture.Guard.Approvals.GetPending(GuardFixture.Acme));
    }

    [Fact]
    public async Task Requests_OfALongTask_DoNotPileUp()
    {
        await using GuardFixture fixture = Fixture(configure: static o => o.ApprovalLifetime = TimeSpan.FromSeconds(1));
        AgentTask task = await fixture.OpenAsync();
        List<ApprovalId> asked = [];
        for (int i = 0; i < ApprovalRegistry.KeptSettled + 100; i++)
        {
            asked.Add((await fixture.CallAsync(task, "pay", $$"""{"amount":{{i}}}""")).Decision.Approval!.Value);
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Null(fixture.Guard.Approvals.Find(GuardFixture.Acme, asked[0]));
        Assert.NotNull(fixture.Guard.Approvals.Find(GuardFixture.Acme, asked[^1]));
    }

    [Fact]
    public async Task Approval_ThatAPolicySaw_IsUsedUp_AlsoWhereNoPermitAsksForOne()
    {
        await using GuardFixture fixture = new(
            """
            @approval("finance") permit(principal, action == Action::"pay", resource) unless { context.approval.approved };
            permit(principal, action == Action::"pay", resource) when { context.approval.approved };
            """,
            static b => b.AddTool(ToolDescriptor.For("pay").Idempotent()));
        AgentTask task = await fixture.OpenAsync();
        await fixture.Guard.Approvals.ApproveAsync(await AskAsync(fixture, task), fixture.Boss);

        Assert.Equal(ReasonCodes.Completed, (await fixture.CallAsync(task, "pay")).OutcomeCode);
        Assert.Equal(DecisionOutcome.RequireApproval, (await fixture.CallAsync(task, "pay")).Decision.Outcome);
    }

    [Fact]
    public async Task Approval_UnderParallelCalls_RunsOne()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.Guard.Approvals.ApproveAsync(await AskAsync(fixture, task), fixture.Boss);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => fixture.CallAsync(task, "pay"))));

        Assert.Single(fixture.Ran);
    }

    [Fact]
    public async Task Wait_WithoutALimit_WaitsForTheAnswer()
    {
        await using GuardFixture fixture = Fixture();
        ApprovalId id = await AskAsync(fixture, await fixture.OpenAsync());
        Task<ApprovalState> waiting = fixture.Guard.Approvals.WaitAsync(id, Timeout.InfiniteTimeSpan).AsTask();
        Assert.False(waiting.IsCompleted);

        await fixture.Guard.Approvals.ApproveAsync(id, fixture.Boss);

        Assert.Equal(ApprovalState.Approved, await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    private static GuardFixture Fixture(string more = "", Action<IntentAuthzOptions>? configure = null) => new(
        Policies + more,
        static b => b.AddTool(ToolDescriptor.For("pay").Argument("amount", ArgumentRole.Magnitude)).AddTool(ToolDescriptor.For("read")),
        configure);

    private static async Task<ApprovalId> AskAsync(GuardFixture fixture, AgentTask task)
    {
        Decision decision = (await fixture.CallAsync(task, "pay")).Decision;
        Assert.Equal(DecisionOutcome.RequireApproval, decision.Outcome);
        return decision.Approval!.Value;
    }
}
