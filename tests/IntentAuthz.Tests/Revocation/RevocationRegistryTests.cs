using IntentAuthz.Cedar;
using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;
using IntentAuthz.Tests.Policies;

using NSubstitute;

namespace IntentAuthz.Tests.Revocation;

/// <summary>Taking authority away covers what hangs under it, acts when all else is broken, and stands until it is lifted.</summary>
public sealed class RevocationRegistryTests
{
    private const string Key = "0123456789abcdef0123456789abcdef";
    private const string Policies = """permit(principal, action == Action::"read", resource); @approval("finance") permit(principal, action == Action::"pay", resource);""";

    public static TheoryData<string> Kinds => new("task", "agent", "link", "lease", "approval", "tool", "version", "tenant", "everything");

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Revoke_OfEachKind_StopsACallInFlightThatRestsOnIt(string kind)
    {
        await using GuardFixture fixture = Fixture();
        AgentTask parent = await fixture.OpenAsync();
        AgentTask task = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "part", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)))).GetTaskOrThrow();
        ApprovalId approval = (await fixture.CallAsync(task, "pay")).Decision.Approval!.Value;
        await fixture.Guard.Approvals.ApproveAsync(approval, fixture.Boss);
        TaskCompletionSource<ToolInvocation> started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<GuardResult> call = fixture.Guard.InvokeAsync(task, new ToolCall("pay", "{}"), async (invocation, token) =>
        {
            started.SetResult(invocation);
            await Task.Delay(Timeout.Infinite, token);
            return ToolResult.None;
        }).AsTask();
        ToolInvocation running = await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        TenantId acme = GuardFixture.Acme;
        RevocationTarget target = kind switch
        {
            "task" => RevocationTarget.Task(acme, parent.Id),
            "agent" => RevocationTarget.Agent(acme, fixture.Agent.Id),
            "link" => RevocationTarget.DelegationLink(acme, task.Delegation.Links[0].Id),
            "lease" => RevocationTarget.Lease(acme, running.Credential!.Lease.Id),
            "approval" => RevocationTarget.Approval(acme, approval),
            "tool" => RevocationTarget.Tool(acme, "pay"),
            "version" => RevocationTarget.PolicyVersion(acme, (await fixture.RecordsAsync()).Last(static r => r.PolicyVersion is { Length: > 0 }).PolicyVersion!),
            "tenant" => RevocationTarget.WholeTenant(acme),
            _ => RevocationTarget.Everything,
        };

        Assert.True((await fixture.Guard.Revocations.RevokeAsync(target, new OperatorKey(Key), "stop")).IsPermitted);

        Assert.Equal(ReasonCodes.CancelledByRevocation, (await call.WaitAsync(TimeSpan.FromSeconds(30))).OutcomeCode);
        Assert.True(fixture.Guard.Revocations.IsRevoked(target));
    }

    [Theory]
    [InlineData("agent")]
    [InlineData("tenant")]
    [InlineData("everything")]
    public async Task Stop_Stands_DeniesNewTasks_UntilItIsLifted(string kind)
    {
        await using GuardFixture fixture = Fixture();
        RevocationTarget target = kind switch
        {
            "agent" => RevocationTarget.Agent(GuardFixture.Acme, fixture.Agent.Id),
            "tenant" => RevocationTarget.WholeTenant(GuardFixture.Acme),
            _ => RevocationTarget.Everything,
        };
        OperatorKey key = new(Key);
        await fixture.Guard.Revocations.RevokeAsync(target, key, "stop");
        fixture.Clock.Advance(TimeSpan.FromDays(400));

        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.OpenAsync());
        Assert.Equal(0, fixture.Guard.Tasks.LiveCount);
        Assert.True((await fixture.Guard.Revocations.LiftAsync(target, key, "all clear")).IsPermitted);
        Assert.Equal(ReasonCodes.WrongState, (await fixture.Guard.Revocations.LiftAsync(target, key, "again")).Decision.ReasonCode);
        _ = await fixture.OpenAsync();
    }

    [Fact]
    public async Task Revoke_AcrossTenants_ReachesNothing()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        await fixture.CallAsync(task, "read");
        LeaseId lease = (await fixture.RecordsAsync()).Last(static r => r.Lease is not null).Lease!.Value;
        TenantId other = new("other");
        Principal stranger = Principal.Person("eve", other, "admin");

        Assert.Equal(ReasonCodes.ForeignTenant, (await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), stranger, "x")).Decision.ReasonCode);
        Assert.True((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Lease(other, lease), stranger, "x")).IsPermitted);
        Assert.True((await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(other, task.Id), stranger, "x")).IsPermitted);

        Assert.Empty(_issuer.Unmade);
        Assert.Equal(TaskState.Active, task.State);
    }

    [Fact]
    public async Task Revoke_ByAnAgentOrWithAWrongKey_IsRefused()
    {
        await using GuardFixture fixture = Fixture();
        AgentTask task = await fixture.OpenAsync();
        RevocationTarget target = RevocationTarget.Task(GuardFixture.Acme, task.Id);

        Assert.Equal(ReasonCodes.AgentNotAllowed, (await fixture.Guard.Revocations.RevokeAsync(target, Principal.OfAgent(fixture.Agent), "x")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.NotAuthorized, (await fixture.Guard.Revocations.RevokeAsync(target, new OperatorKey(new string('x', 32)), "x")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.NotAuthorized, (await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Everything, fixture.Boss, "x")).Decision.ReasonCode);
        Assert.Equal(TaskState.Active, task.State);
        Assert.Throws<ArgumentException>(() => new OperatorKey("short"));
    }

    [Theory]
    [MemberData(nameof(BrokenEngine.Ways), MemberType = typeof(BrokenEngine))]
    public async Task Revoke_WithABrokenEngine_ActsAllTheSame(string how)
    {
        using BrokenEngine engine = new();
        await using GuardFixture fixture = new("", b => b.UsePolicyEngine(engine));
        AgentTask task = await fixture.OpenAsync();
        AgentTask other = await fixture.OpenAsync();
        engine.Break(how);

        RevocationResult revoked = await InTimeAsync(fixture, () => fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), fixture.Boss, "stop").AsTask());
        Decision suspended = await InTimeAsync(fixture, () => fixture.Guard.Tasks.SuspendAsync(other, fixture.Boss, "stop").AsTask());

        Assert.True(revoked.IsPermitted);
        Assert.Equal(TaskState.Revoked, task.State);
        Assert.True(suspended.IsPermitted);
        Assert.Equal(TaskState.Suspended, other.State);
    }

    [Fact]
    public async Task Revoke_WithAStoreOfEntitiesThatBlocks_ActsWhenTheEnginesTimeIsUp()
    {
        using ManualResetEventSlim mended = new();
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IEntityProvider entities = Substitute.For<IEntityProvider>();
        entities.Find(Arg.Is<EntityUid>(static u => u.Type.ToString() == "IntentAuthz::Role" && u.Id == "finance")).Returns(_ =>
        {
            asked.TrySetResult();
            mended.Wait();
            return null;
        });
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource) when { principal in IntentAuthz::Role::"stoppers" };""", b => b.UseEntities(entities));
        AgentTask task = await fixture.OpenAsync();

        Task<RevocationResult> revoking = Task.Run(() => fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), fixture.Boss, "stop").AsTask());
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(TaskState.Active, task.State); // policy is asked, so it may still say no
        try
        {
            Assert.True((await InTimeAsync(fixture, () => revoking)).IsPermitted);
            Assert.Equal(TaskState.Revoked, task.State);
        }
        finally
        {
            mended.Set();
        }
    }

    [Fact]
    public async Task Revoke_ManyTimesWithAnEngineThatBlocks_LeavesFewThreadsBehind_AndAsksAgainOnceItIsMended()
    {
        using BrokenEngine engine = new();
        await using GuardFixture fixture = new("", b => b.UsePolicyEngine(engine));
        AgentTask task = await fixture.OpenAsync();
        engine.Break("blocks");
        int askedBefore = engine.Asked;

        RevocationResult[] results = await InTimeAsync(fixture, () => Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Tool(GuardFixture.Acme, "tool" + i), fixture.Boss, "stop").AsTask())));

        Assert.All(results, static r => Assert.True(r.IsPermitted));
        Assert.True(SpinWait.SpinUntil(() => engine.Blocked == OwnThreads.Places, TimeSpan.FromSeconds(30)), $"{engine.Blocked} threads are blocked");
        Assert.Equal(OwnThreads.Places, engine.Asked - askedBefore);

        engine.MendAndDeny();
        Assert.True(SpinWait.SpinUntil(() => engine.Blocked == 0, TimeSpan.FromSeconds(30)));
        RevocationResult refused = await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), fixture.Boss, "stop");
        Assert.Equal(ReasonCodes.NotAuthorized, refused.Decision.ReasonCode);
        Assert.Equal(TaskState.Active, task.State);
    }

    /// <summary>Lets the engine's time pass until it is done. The caller's own thread must not be the one that blocks.</summary>
    private static async Task<T> InTimeAsync<T>(GuardFixture fixture, Func<Task<T>> take)
    {
        Task<T> taking = Task.Run(take);
        for (int i = 0; i < 1500 && !taking.IsCompleted; i++)
        {
            await Task.WhenAny(taking, Task.Delay(20));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(200));
        }

        return await taking.WaitAsync(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Default_Target_CanBeShownAndAskedFor() => Assert.Equal("everything", default(RevocationTarget).ToString());

    private readonly TestIssuer _issuer = new();

    private GuardFixture Fixture() => new(
        Policies + """permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Revoke", resource);""",
        b => b
            .AddTool(ToolDescriptor.For("read").NeedsCredential("c").Idempotent())
            .AddTool(ToolDescriptor.For("pay").NeedsCredential("c"))
            .AddCredentialProfile(new CredentialProfile("c", "vault", "bank", ["all"], TimeSpan.FromMinutes(5)))
            .AddIssuer(_issuer),
        static o => o.OperatorKey = new OperatorKey(Key));
}
