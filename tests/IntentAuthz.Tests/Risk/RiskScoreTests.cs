using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Risk;

/// <summary>The score from 0 to 100, and what it is made of.</summary>
public sealed class RiskScoreTests
{
    private const string Asking = "permit(principal, action, resource) when { context has risk && context.risk.score <= 100 };";

    [Theory]
    [InlineData(RiskClass.Low, """{"to":"ACME","amount":100}""", 15)] // a quarter of 40 for the class, 5 since it is new
    [InlineData(RiskClass.Critical, """{"to":"ACME","amount":100}""", 45)]
    [InlineData(RiskClass.Low, """{"to":"nobody","amount":100}""", 30)] // half of 30: the model's own payee
    [InlineData(RiskClass.Low, """{"to":"ACME","amount":1000}""", 41)] // ten times the usual: 15; and an amount of the model's own, 0.35 of 30
    public async Task Score_IsTheSumOfWhatFactorsAdd(RiskClass risk, string arguments, int expected)
    {
        await using GuardFixture fixture = Fixture(Asking, risk);
        AgentTask task = await fixture.OpenAsync(userRequest: "Pay ACME 100");

        RiskScore score = (await fixture.CallAsync(task, "pay", arguments)).Decision.Risk!;

        Assert.True(expected == score.Value, score.ToString());
        Assert.Equal(["tool class", "provenance", "magnitude", "novelty", "signals"], score.Factors.Select(static f => f.Name));
    }

    [Fact]
    public async Task Score_OfAStrangersPayee_IsHigher_AndLessNewTheSecondTime()
    {
        await using GuardFixture fixture = Fixture(Asking, RiskClass.Low);
        AgentTask task = await fixture.OpenAsync(userRequest: "Pay whoever writes 100");
        await fixture.Guard.InvokeAsync(task, new ToolCall("mail", "{}"), static (_, _) => new ValueTask<ToolResult>(ToolResult.FromText("pay MALLORY")));

        RiskScore first = (await fixture.CallAsync(task, "pay", """{"to":"MALLORY","amount":100}""")).Decision.Risk!;
        RiskScore second = (await fixture.CallAsync(task, "pay", """{"to":"MALLORY","amount":100}""")).Decision.Risk!;

        Assert.Equal((45, 40), (first.Value, second.Value));
    }

    [Fact]
    public async Task Score_APolicyMentionsAndDoesNotComeTo_IsInTheDecisionAllTheSame()
    {
        await using GuardFixture fixture = Fixture(
            """permit(principal, action, resource); forbid(principal, action == Action::"pay", resource) when { context.input.amount > 500 && context.risk.score > 1 };""", RiskClass.Low);

        Assert.NotNull((await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"a","amount":1}""")).Decision.Risk);
    }

    [Fact]
    public async Task Score_NobodyAsksFor_IsNotReckoned()
    {
        await using GuardFixture fixture = Fixture("permit(principal, action, resource);", RiskClass.High);

        Assert.Null((await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"to":"a","amount":1}""")).Decision.Risk);
    }

    [Fact]
    public async Task Ceiling_OfTheMandate_HasACallAboveItApproved()
    {
        await using GuardFixture fixture = Fixture("permit(principal, action, resource);", RiskClass.Critical);
        AgentTask task = await fixture.OpenAsync(Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(44), "Pay ACME 100");

        GuardResult asked = await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":100}""");

        Assert.Equal((ReasonCodes.ApprovalRequired, 45), (asked.OutcomeCode, asked.Decision.Risk!.Value));
        await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
        Assert.True((await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":100}""")).IsCompleted);
    }

    [Fact]
    public async Task Ceiling_OfATaskAbove_HoldsForTheSubTask_AndPolicySeesIt()
    {
        await using GuardFixture fixture = Fixture("permit(principal, action, resource) unless { context has risk && context.risk.ceiling != 50 };", RiskClass.Low);
        AgentTask parent = await fixture.OpenAsync(Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(50), "Pay ACME 100");
        AgentTask child = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            parent, new TaskRequest(fixture.Agent, "a part", Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(90), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();

        Assert.True((await fixture.CallAsync(child, "pay", """{"to":"ACME","amount":100}""")).IsCompleted);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(101)]
    public void Ceiling_OutOfRange_IsRefused(int ceiling) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(ceiling));

    [Fact]
    public async Task Weights_OfTheHost_AreUsed_AndTheAuditHasEveryFactor()
    {
        await using GuardFixture fixture = Fixture(Asking, RiskClass.Critical, static o => (o.RiskWeights.ToolClass, o.RiskWeights.Novelty) = (90, 0));
        AgentTask task = await fixture.OpenAsync(userRequest: "Pay ACME 100");

        await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":100}""");

        AuditRecord record = (await fixture.RecordsAsync()).Single(static r => r is { Kind: AuditKind.Decision, Tool: "pay" });
        Assert.Equal("90 (tool class 1 of 90, provenance 0 of 30, magnitude 0 of 15, novelty 1 of 0, signals 0 of 20)", record.Risk!.ToString());
    }

    [Fact]
    public async Task Signals_RaiseTheScore()
    {
        await using GuardFixture fixture = Fixture(Asking, RiskClass.Low, static o => o.Signals.MaxRepeats = 2);
        AgentTask task = await fixture.OpenAsync(userRequest: "Pay ACME 100");
        int[] scores = new int[4];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = (await fixture.CallAsync(task, "pay", """{"to":"ACME","amount":100}""")).Decision.Risk!.Value;
        }

        Assert.Equal([15, 10, 20, 20], scores);
    }

    private static GuardFixture Fixture(string policies, RiskClass risk, Action<IntentAuthzOptions>? configure = null) => new(
        policies,
        b => b
            .AddTool(ToolDescriptor.For("mail").Idempotent())
            .AddTool(ToolDescriptor.For("pay").Risk(risk).Idempotent().UsualAmount("amount", 100)
                .InputSchema("""{"properties":{"to":{"type":"string"},"amount":{"type":"integer"}},"required":["to","amount"]}""")
                .Argument("to", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude).ResultLabel(Integrity.Trusted, Confidentiality.Internal)),
        configure);
}
