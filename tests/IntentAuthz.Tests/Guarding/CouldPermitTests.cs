using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Guarding;

/// <summary>Which tools could still be permitted in a task, before there is a call.</summary>
public sealed class CouldPermitTests
{
    private static readonly ToolDescriptorBuilder s_pay = ToolDescriptor.For("payments.pay")
        .Action("pay")
        .InputSchema("""{"properties":{"amount":{"type":"integer"}},"required":["amount"]}""")
        .Argument("amount", ArgumentRole.Magnitude);

    private static async Task<bool> Could(string policies, Mandate? mandate = null)
    {
        await using GuardFixture fixture = new(policies, b => b.AddTool(s_pay).AddTool(ToolDescriptor.For("payments.read").Action("read")));
        return fixture.Guard.CouldPermit(await fixture.OpenAsync(mandate), "payments.pay");
    }

    private static string Permit(string condition) =>
        $"permit(principal is IntentAuthz::Agent, action == Action::\"pay\", resource) when {{ {condition} }};";

    [Theory]
    [InlineData("context.input.amount <= 100")] // the arguments are not known yet
    [InlineData("context.approval.approved")] // it may be approved
    [InlineData("context.history.denials == 0")] // that changes
    [InlineData("context.system.now < datetime(\"2020-01-01\")")] // so does that
    [InlineData("context.task.owner == \"ann\" && context.input.amount < 5")]
    public async Task CouldPermit_APermitThatDependsOnWhatIsNotKnown_IsTrue(string condition) => Assert.True(await Could(Permit(condition)), condition);

    [Theory]
    [InlineData("context.task.owner == \"somebody else\"")]
    [InlineData("context.task.purpose like \"*refund*\" && context.input.amount < 5")]
    [InlineData("principal.owner == \"somebody else\"")]
    [InlineData("context.delegation.depth > 3")]
    public async Task CouldPermit_APermitThatTheTaskOrAgentRulesOut_IsFalse(string condition) => Assert.False(await Could(Permit(condition)), condition);

    [Fact]
    public async Task CouldPermit_AForbidThatCertainlyApplies_IsFalse() =>
        Assert.False(await Could(Permit("context.input.amount <= 100") + "forbid(principal, action == Action::\"pay\", resource) when { context.task.owner == \"ann\" };"));

    [Fact]
    public async Task CouldPermit_AForbidThatMayApply_IsTrue() =>
        Assert.True(await Could(Permit("context.input.amount <= 100") + "forbid(principal, action == Action::\"pay\", resource) when { context.input.amount == 13 };"));

    [Fact]
    public async Task CouldPermit_AMandateForOtherActions_IsFalse() =>
        Assert.False(await Could(Permit("context.input.amount <= 100"), Mandate.Of(MandateGrant.Of("read"))));

    [Fact]
    public async Task CouldPermit_AToolThatIsNotThere_IsFalse()
    {
        await using GuardFixture fixture = new(Permit("true"), b => b.AddTool(s_pay));
        Assert.False(fixture.Guard.CouldPermit(await fixture.OpenAsync(), "payments.refund"));
    }

    [Fact]
    public async Task CouldPermit_AToolThatMapsItsArgumentsToTools_IsTrueForAnyOfThem()
    {
        await using GuardFixture fixture = new(
            "permit(principal, action == Action::\"describe\", resource == IntentAuthz::Tool::\"payments.pay\");",
            b => b.AddTool(s_pay)
                .AddTool(ToolDescriptor.For("describe").Resource(EntityTypes.Tool, "name").Argument("name", ArgumentRole.Target))
                .AddTool(ToolDescriptor.For("describe.first").Action("describe").Resource(EntityTypes.Tool, static _ => new ResourceReference(new(EntityTypes.Tool, "payments.pay")))));
        AgentTask task = await fixture.OpenAsync();
        Assert.True(fixture.Guard.CouldPermit(task, "describe"));
        Assert.True(fixture.Guard.CouldPermit(task, "describe.first"));
    }

    [Fact]
    public async Task CouldPermit_TheHostsEntitiesCannotBeRead_IsTrueBecauseNothingIsKnown_AndTheCallIsDenied()
    {
        Entities entities = new();
        await using GuardFixture fixture = new(Permit("principal has team"), b => b.AddTool(s_pay).UseEntities(entities).AddSchema("namespace IntentAuthz { entity Agent = { team?: String }; }"));
        AgentTask task = await fixture.OpenAsync();
        Assert.False(fixture.Guard.CouldPermit(task, "payments.pay"));

        entities.AreBroken = true;
        Assert.True(fixture.Guard.CouldPermit(task, "payments.pay"));
        Assert.Equal(DecisionOutcome.Deny, (await fixture.CallAsync(task, "payments.pay", """{"amount":1}""")).Decision.Outcome);
    }

    private sealed class Entities : IEntityProvider
    {
        internal bool AreBroken { get; set; }

        public Entity? Find(EntityUid uid) => AreBroken ? throw new TimeoutException() : null;
    }
}
