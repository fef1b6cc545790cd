using System.Security.Cryptography.X509Certificates;

using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Identity;

/// <summary>From certificate to policy: what is proved is seen by policies, what is not proved is not, and nothing begins on what has ended.</summary>
public sealed class VerifiedIdentityTests
{
    private const string Policies = """
        permit(principal, action == Action::"read", resource);
        @id("attested only")
        forbid(principal, action == Action::"read", resource) unless { principal.attested };
        @id("this workload only")
        forbid(principal, action == Action::"read", resource) unless { principal has spiffe && principal.spiffe == "spiffe://bank.example/agent" };
        """;

    [Fact]
    public async Task Policy_SeesTheVerifiedWorkload_AndNoOther()
    {
        await using GuardFixture fixture = Fixture();

        Assert.Equal(ReasonCodes.Permitted, (await fixture.CallAsync(await OpenAsync(fixture, Verified(fixture)), "read")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.Forbidden, (await fixture.CallAsync(await OpenAsync(fixture, Verified(fixture, "spiffe://bank.example/other")), "read")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.Forbidden, (await fixture.CallAsync(await fixture.OpenAsync(), "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task HostEntities_CannotLendASpiffeIdToAnAssertedAgent()
    {
        EntityStore store = EntityStore.Create([new Entity(
            new EntityUid("IntentAuthz::Agent", "invoice-bot"),
            CedarRecord.Create([new("spiffe", (CedarValue)"spiffe://bank.example/agent"), new("attested", CedarBool.True)]), [])]);
        await using GuardFixture fixture = Fixture(builder => builder.UseEntities(store));

        Assert.Equal(ReasonCodes.Forbidden, (await fixture.CallAsync(await fixture.OpenAsync(), "read")).Decision.ReasonCode);
    }

    [Fact]
    public void Attribute_Spiffe_IsTheLibrarys() => Assert.Throws<ArgumentException>(() => AgentIdentity.HostAsserted(
        new AgentId("bot"), GuardFixture.Acme, "ann", attributes: CedarRecord.Create([new("spiffe", CedarBool.True)])));

    [Fact]
    public async Task Document_ThatExpired_OpensNoTask_AndEndsNone()
    {
        await using GuardFixture fixture = Fixture();
        AgentIdentity agent = Verified(fixture);
        AgentTask task = await OpenAsync(fixture, agent, TimeSpan.FromHours(3));
        fixture.Clock.Advance(TimeSpan.FromHours(1));

        OpenTaskResult root = await fixture.Guard.Tasks.OpenAsync(Request(agent), fixture.Clerk);
        OpenTaskResult sub = await fixture.Guard.Tasks.OpenSubTaskAsync(task, Request(agent));

        Assert.Equal(ReasonCodes.IdentityExpired, root.Decision.ReasonCode);
        Assert.Equal(ReasonCodes.IdentityExpired, sub.Decision.ReasonCode);
        Assert.Equal(TaskState.Active, task.State);
    }

    [Fact]
    public async Task Delegation_ThatEnds_EndsItsTasksAndOpensNoMore()
    {
        await using GuardFixture fixture = Fixture();
        DateTimeOffset until = fixture.Clock.GetUtcNow().AddMinutes(10);
        Delegation delegation = Delegation.OnBehalfOf(fixture.Boss, until);
        AgentTask task = await fixture.OpenAsync(delegation: delegation);
        AgentTask below = (await fixture.Guard.Tasks.OpenSubTaskAsync(task, Request(fixture.Agent))).GetTaskOrThrow();

        Assert.Equal(until, task.ExpiresAt);
        Assert.Equal(until, below.ExpiresAt);
        Assert.Equal(until, below.Delegation.Until);
        fixture.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(TaskState.Expired, task.State);
        Assert.Equal(TaskState.Expired, below.State);
        OpenTaskResult late = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(fixture.Agent, "late", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)) { Delegation = delegation }, fixture.Clerk);
        Assert.Equal(ReasonCodes.DelegationEnded, late.Decision.ReasonCode);
    }

    private static GuardFixture Fixture(Action<IntentAuthzBuilder>? add = null) => new(Policies, builder =>
    {
        builder.AddTool(ToolDescriptor.For("read").Idempotent());
        add?.Invoke(builder);
    });

    private static AgentIdentity Verified(GuardFixture fixture, string uri = "spiffe://bank.example/agent")
    {
        using TestAuthority bank = new("bank.example");
        using X509Certificate2 leaf = bank.Leaf(uri);
        SvidVerification verification = new X509SvidVerifier(new TrustBundleSet(bank.Bundle), fixture.Clock).Verify(leaf);
        return AgentIdentity.Verified(verification.Workload!, new AgentId("invoice-bot"), GuardFixture.Acme, "ann");
    }

    private static TaskRequest Request(AgentIdentity agent, TimeSpan? lifetime = null) =>
        new(agent, "read", Mandate.WhateverPoliciesPermit("a test"), lifetime ?? TimeSpan.FromHours(1));

    private static Task<AgentTask> OpenAsync(GuardFixture fixture, AgentIdentity agent, TimeSpan? lifetime = null) =>
        fixture.OpenAsync(Request(agent, lifetime));
}
