using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Schemas;

/// <summary>All permits that apply count, so a permit without an approval beside one with it lets nothing through that the other asks about. Its author is told.</summary>
public sealed class PermitOverlapTests
{
    private const string Large = """@id("large") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) """;
    private const string Small = """@id("small") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) """;

    [Theory]
    [InlineData(Large + ";", Small + ";")]
    [InlineData(Large + ";", Small + "when { context.input.amount <= 100 };")]
    [InlineData(Large + "when { context.input.amount >= 100 };", Small + "when { context.input.amount <= 100 };")]
    [InlineData(Large + "when { context.input.amount > 100 };", """@id("small") permit(principal, action in Action::"payments", resource);""")]
    [InlineData(Large + "when { context.input.amount > 100 };", """@id("small") permit(principal, action, resource is IntentAuthz::Tool);""")]
    [InlineData(Large + "when { context.input.to == \"A\" };", Small + "when { context.input.amount < 5 };")]
    [InlineData(Large + ";", """@id("small") @approval("audit") permit(principal, action == Action::"pay", resource);""")]
    [InlineData(Large + "when { context.input.amount > 100 || context.task.depth > 1 };", Small + "when { context.input.amount <= 100 };")]
    [InlineData("""@id("large") @credential("a") permit(principal, action == Action::"pay", resource);""", """@id("small") @credential("b") permit(principal, action == Action::"pay", resource);""")]
    public async Task Permits_ThatCanApplyTogether_AreWarnedOf(string asking, string other)
    {
        await using GuardFixture fixture = Fixture(asking + other);

        string warning = Assert.Single(fixture.Policies.Warnings);
        Assert.Contains("overlapping-permits: the permits 'large' and 'small'", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Large + "when { context.input.amount > 100 };", Small + "when { context.input.amount <= 100 };")]
    [InlineData(Large + "when { context.input.amount > 100 };", Small + "unless { context.input.amount > 100 };")]
    [InlineData(Large + "when { context.input.amount > 100 };", Small + "unless { context.input.to == \"A\" || 100 < context.input.amount };")]
    [InlineData(Large + "when { context.input.amount > 100 };", Small + "when { context.input.amount == 7 && context.input.to == \"A\" };")]
    [InlineData(Large + "when { context.input.to == \"A\" };", Small + "when { context.input.to == \"B\" };")]
    [InlineData(Large + "unless { context.approval.approved };", Small + "when { context.approval.approved };")]
    [InlineData(Large + ";", """@id("small") permit(principal is IntentAuthz::Agent, action == Action::"read", resource);""")]
    [InlineData(Large + ";", """@id("small") forbid(principal is IntentAuthz::Agent, action == Action::"pay", resource);""")]
    [InlineData(Large + ";", """@id("small") @approval("finance:2") permit(principal in IntentAuthz::AgentGroup::"a", action == Action::"read", resource);""")]
    [InlineData("""@id("large") @approval("x") permit(principal == IntentAuthz::Agent::"a", action == Action::"pay", resource);""", """@id("small") permit(principal == IntentAuthz::Agent::"b", action == Action::"pay", resource);""")]
    public async Task Permits_ThatNeverApplyTogether_AreNot(string asking, string other)
    {
        await using GuardFixture fixture = Fixture(asking + other);

        Assert.Empty(fixture.Policies.Warnings);
    }

    private static GuardFixture Fixture(string policies) => new(
        policies,
        static b => b
            .AddTool(ToolDescriptor.For("pay").InActionGroups("payments")
                .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}"""))
            .AddTool(ToolDescriptor.For("read").Idempotent()));
}
