using IntentAuthz.Tests.Credentials;
using IntentAuthz.Tests.Guarding;

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
    [InlineData("throws")]
    [InlineData("hangs")]
    [InlineData("answers null")]
    public async Task Revoke_WithABrokenEngine_ActsAllTheSame(string how)
    {
        IPolicyEngine engine = Substitute.For<IPolicyEngine>();
        engine.GetVersion(default).ReturnsForAnyArgs("v");
        Func<ValueTask<Verdict>> answer = static () => new ValueTask<Verdict>(new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, []));
#pragma warning disable CA2012 // configures the double; nothing is awaited here
        engine.EvaluateAsync(default!, default).ReturnsForAnyArgs(_ => answer());
#pragma warning restore CA2012
        await using GuardFixture fixture = new("", b => b.UsePolicyEngine(engine), static o => o.OperatorKey = new OperatorKey(Key));
        AgentTask task = await fixture.OpenAsync();
        answer = how switch
        {
            "throws" => static () => throw new IOException("down"),
            "hangs" => static () => new ValueTask<Verdict>(new TaskCompletionSource<Verdict>().Task),
            _ => static () => new ValueTask<Verdict>((Verdict)null!),
        };

        Task<RevocationResult> revoking = fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Task(GuardFixture.Acme, task.Id), fixture.Boss, "stop").AsTask();
        fixture.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.True((await revoking).IsPermitted);
        Assert.Equal(TaskState.Revoked, task.State);
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
