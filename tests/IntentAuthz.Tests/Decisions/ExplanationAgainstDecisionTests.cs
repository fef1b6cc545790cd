using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Decisions;

/// <summary>An explanation never says otherwise than the decision, whatever has changed since and whatever must not be shown.</summary>
public sealed class ExplanationAgainstDecisionTests
{
    private const string Ok = """@id("ok") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";

    private static readonly ToolDescriptorBuilder s_pay = ToolDescriptor.For("pay").Action("pay")
        .InputSchema("""{"properties":{"account":{"type":"string"},"amount":{"type":"integer"},"note":{"type":"string"},"labels":{"type":"array","items":{"type":"string"}}},"required":["account","amount"]}""")
        .Argument("account", ArgumentRole.Target).Argument("amount", ArgumentRole.Magnitude).Argument("note", ArgumentRole.Content)
        .Resource("BankAccount", "account").Idempotent();

    private static async Task<DecisionExplanation> ExplainAsync(string policies, string arguments, Mandate? mandate = null, string? schema = null)
    {
        await using GuardFixture fixture = new(policies, b => _ = schema is null ? b.AddTool(s_pay) : b.AddTool(s_pay).AddSchema(schema));
        return (await fixture.CallAsync(await fixture.OpenAsync(mandate), "pay", arguments)).Decision.Explain();
    }

    private static void SaysOnlyWhatWasRecorded(Decision decision)
    {
        DecisionExplanation why = decision.Explain();
        Assert.Equal(decision.Explanation, why.Summary);
        Assert.Empty(why.Policies);
        Assert.Empty(why.Suggestions);
        Assert.DoesNotContain("accepted", why.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_APolicyReadWhatIsScrubbed_FallsBackToWhatWasRecorded()
    {
        await using GuardFixture fixture = new(
            Ok + """@id("no tokens") forbid(principal, action == Action::"pay", resource) when { context.input has note && context.input.note like "*ghp_*" };""", b => b.AddTool(s_pay));
        AgentTask task = await fixture.OpenAsync();
        task.GuardIdentity.Scrubber.TryRemember(LeaseId.New(), Secret.FromString("ghp_0123456789abcdefghijklmnop"), DateTimeOffset.MaxValue);
        Decision decision = (await fixture.CallAsync(task, "pay", """{"account":"DE1","amount":20,"note":"ghp_0123456789abcdefghijklmnop"}""")).Decision;

        Assert.Equal(ReasonCodes.Forbidden, decision.ReasonCode);
        SaysOnlyWhatWasRecorded(decision);
        string note = Assert.Single(decision.Explain().Notes);
        Assert.Contains("live secret", note, StringComparison.Ordinal);
        Assert.DoesNotContain("changed since", note, StringComparison.Ordinal);
        Assert.DoesNotContain("ghp_0123", decision.Explain().ToString() + decision.Explain().ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_NoPolicyReadsWhatIsScrubbed_IsTold()
    {
        await using GuardFixture fixture = new(Ok + """@id("much") forbid(principal, action == Action::"pay", resource) when { context.input.amount > 9 };""", b => b.AddTool(s_pay));
        AgentTask task = await fixture.OpenAsync();
        task.GuardIdentity.Scrubber.TryRemember(LeaseId.New(), Secret.FromString("ghp_0123456789abcdefghijklmnop"), DateTimeOffset.MaxValue);
        DecisionExplanation why = (await fixture.CallAsync(task, "pay", """{"account":"DE1","amount":20,"note":"ghp_0123456789abcdefghijklmnop"}""")).Decision.Explain();
        Assert.Contains("“much” forbids it, since amount is more than 9 (it is 20)", why.Summary, StringComparison.Ordinal);
        Assert.Equal("amount were 9 (it is 20)", Assert.Single(why.Suggestions).Sentence);
        Assert.DoesNotContain("ghp_0123", why.ToJson() + why.Suggestions[0].Request.Context, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AnotherReasonThanAtTheDecision_FallsBackToWhatWasRecorded()
    {
        Switch host = new() { IsOn = true };
        await using GuardFixture fixture = new(
            """
            @id("some") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount < 5 };
            @id("stop") forbid(principal, action == Action::"pay", resource) when { Switch::"stop".on };
            """,
            b => b.AddTool(s_pay).AddSchema("entity Switch = { on: Bool };").UseEntities(host));
        Decision decision = (await fixture.CallAsync(await fixture.OpenAsync(), "pay", """{"account":"DE1","amount":20}""")).Decision;
        Assert.Contains("“stop” forbids it", decision.Explain().Summary, StringComparison.Ordinal);
        host.IsOn = false; // denied still, and for another reason
        SaysOnlyWhatWasRecorded(decision);
        Assert.Contains("have changed since", Assert.Single(decision.Explain().Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_TwoElementsAreMissing_SuggestsBoth()
    {
        DecisionExplanation why = await ExplainAsync(
            """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input has labels && context.input.labels.contains("checked") && context.input.labels.contains("signed") };""",
            """{"account":"DE1","amount":20,"labels":["new"]}""");
        Assert.Equal("labels also held \"checked\" and \"signed\" (it holds \"new\")", Assert.Single(why.Suggestions).Sentence);
    }

    [Fact]
    public async Task Explain_ThePermitFailed_NamesItAndItsError()
    {
        DecisionExplanation why = await ExplainAsync(
            """@id("open ones") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource is BankAccount) when { resource.open };""", """{"account":"DE1","amount":20}""",
            schema: "entity BankAccount = { open: Bool };");
        Assert.Contains("The permit “open ones” (", why.Summary, StringComparison.Ordinal);
        Assert.Contains("does not have the attribute `open`", why.Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("No permit speaks", why.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AForbidOfWhateverIsGiven_SaysThatItIsGiven()
    {
        DecisionExplanation why = await ExplainAsync(Ok + """@id("no notes") forbid(principal, action == Action::"pay", resource) when { context.input has note };""", """{"account":"DE1","amount":20,"note":"x"}""");
        Assert.EndsWith("“no notes” forbids it, since note is given.", why.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_TheScoreCeilingAsks_NamesScoreAndCeiling()
    {
        DecisionExplanation why = await ExplainAsync(Ok, """{"account":"DE1","amount":20}""", Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(0));
        Assert.Equal(ReasonCodes.ApprovalRequired, why.ReasonCode);
        Assert.Matches("once it is approved: its risk score of [0-9]+ is above the task's ceiling of 0\\. ", why.Summary);
    }

    [Fact]
    public async Task Explain_PolicyAndScoreCeilingAsk_SuggestsNothing()
    {
        // No other amount would spare the person: the ceiling would still ask.
        DecisionExplanation why = await ExplainAsync(
            """
            @id("small") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount < 5 };
            @id("large") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource) when { context.input.amount >= 5 };
            """,
            """{"account":"DE1","amount":20}""", Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(0));
        Assert.Contains("“large” asks for that, since amount is at least 5 (it is 20); its risk score", why.Summary, StringComparison.Ordinal);
        Assert.Empty(why.Suggestions);
    }

    [Fact]
    public async Task Explain_TheMandateAsks_SaysSoAndThatItIsGranted()
    {
        Mandate mandate = Mandate.FromPolicies(PolicySource.Text("""@id("m") @approval("finance") permit(principal, action, resource);""", "mandate.cedar"), "with finance");
        DecisionExplanation why = await ExplainAsync(Ok, """{"account":"DE1","amount":20}""", mandate);
        Assert.Contains("once it is approved: the mandate of the task asks for that. ", why.Summary, StringComparison.Ordinal);
        Assert.Equal("the mandate of the task granted the action pay with these arguments without an approval", Assert.Single(why.Suggestions).Sentence);
    }

    [Fact]
    public async Task Explain_SeveralResourcesAsk_DoesNotSayThatTheLastOnesApprovalIsEnough()
    {
        await using GuardFixture fixture = new(
            """
            @id("from") @approval("legal") permit(principal is IntentAuthz::Agent, action == Action::"move", resource == File::"a");
            @id("to") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"move", resource == File::"b") when { context.input.n > 5 };
            @id("small") permit(principal is IntentAuthz::Agent, action == Action::"move", resource == File::"b") when { context.input.n <= 5 };
            """,
            b => b.AddTool(ToolDescriptor.For("move").Action("move").InputSchema("""{"properties":{"n":{"type":"integer"}},"required":["n"]}""")
                .Argument("n", ArgumentRole.Magnitude).Resources(["File"], static _ => [new ResourceReference(new EntityUid("File", "a")), new ResourceReference(new EntityUid("File", "b"))])));
        DecisionExplanation why = (await fixture.CallAsync(await fixture.OpenAsync(), "move", """{"n":9}""")).Decision.Explain();

        Assert.Equal(ReasonCodes.ApprovalRequired, why.ReasonCode);
        Assert.DoesNotContain("once “finance” approved it", why.Summary, StringComparison.Ordinal);
        Assert.Contains("legal", why.Summary, StringComparison.Ordinal);
        Assert.Contains("finance", why.Summary, StringComparison.Ordinal);
        Assert.Empty(why.Suggestions); // a small number would spare finance, and legal would be asked still
    }

    [Fact]
    public async Task Explain_OneOfSeveralResourcesIsRefused_SaysThatTheOthersWereNotTried()
    {
        await using GuardFixture fixture = new(
            """
            @id("from") permit(principal is IntentAuthz::Agent, action == Action::"move", resource == File::"a") when { context.input.n < 5 };
            """,
            b => b.AddTool(ToolDescriptor.For("move").Action("move").InputSchema("""{"properties":{"n":{"type":"integer"}},"required":["n"]}""")
                .Argument("n", ArgumentRole.Magnitude).Resources(["File"], static _ => [new ResourceReference(new EntityUid("File", "a")), new ResourceReference(new EntityUid("File", "b"))])));
        DecisionExplanation why = (await fixture.CallAsync(await fixture.OpenAsync(), "move", """{"n":9}""")).Decision.Explain();
        Assert.NotEmpty(why.Suggestions); // which the file b would still refuse
        Assert.Contains("The call touches 2 resources", Assert.Single(why.Notes), StringComparison.Ordinal);
    }

    private sealed class Switch : IEntityProvider
    {
        public bool IsOn { get; set; }

        public Entity? Find(EntityUid uid) => uid.Type == "Switch" ? new Entity(uid, CedarRecord.Create([new("on", CedarBool.Of(IsOn))])) : null;
    }
}
