using System.Text.Json;

using IntentAuthz.Cedar;
using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Decisions;

/// <summary>What a denied developer reads.</summary>
public sealed class DecisionExplanationTests
{
    private static readonly ToolDescriptorBuilder s_pay = ToolDescriptor.For("payments.pay")
        .Action("payments.pay")
        .InActionGroups("payments")
        .InputSchema("""{"properties":{"account":{"type":"string"},"amount":{"type":"number"},"note":{"type":"string"}},"required":["account","amount"]}""")
        .Argument("account", ArgumentRole.Target)
        .Argument("amount", ArgumentRole.Magnitude)
        .Argument("note", ArgumentRole.Content)
        .Resource("BankAccount", "account")
        .Idempotent();

    private const string Policies = """
        @id("small payment")
        permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource)
        when { context.input.amount.greaterThan(decimal("0.0")) && context.input.amount.lessThanOrEqual(decimal("500.0")) };

        @id("large payment") @approval("finance")
        permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource)
        when { context.input.amount.greaterThan(decimal("500.0")) && context.input.amount.lessThanOrEqual(decimal("10000.0")) };
        """;

    private const string NoStrangers = """
        @id("payee from an untrusted source")
        forbid(principal, action == Action::"payments.pay", resource) when { context.risk.untrustedRoles.contains("target") };
        """;

    private static async Task<Decision> DecideAsync(
        string policies, string arguments, Mandate? mandate = null, Action<IntentAuthzOptions>? configure = null, string tool = "payments.pay")
    {
        await using GuardFixture fixture = new(policies, b => b.AddTool(s_pay), configure);
        AgentTask task = await fixture.OpenAsync(mandate);
        return (await fixture.CallAsync(task, tool, arguments)).Decision;
    }

    [Fact]
    public async Task Explain_NoPermit_NamesTheNearestPermitAndTheSmallestChange()
    {
        DecisionExplanation why = (await DecideAsync(Policies, """{"account":"DE1","amount":12000}""")).Explain();

        Assert.Equal(
            "no policy permits it. The agent “invoice-bot” asked to do payments.pay on bank account “DE1”. The nearest permit is “small payment”: amount must be at most 500 (it is 12000).",
            why.Summary);
        Assert.Equal("amount were 500 (it is 12000)", Assert.Single(why.Suggestions).Sentence); // at most 10000 would have to be approved
        Assert.Empty(why.Notes);
        PolicyTrace small = why.Policies[0];
        Assert.Equal(("test.cedar", 3, 60), (small.Conditions[0].Span.Source, small.Conditions[0].Span.Line, small.Conditions[0].Span.Column));
    }

    [Fact]
    public async Task Explain_ACallThatPoliciesPermitAndAPersonIsAskedAbout_ShowsTheHistoryOfTheDecision()
    {
        const string unread = """permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource) when { context.input.account == "DE1" || context.history.approvalsAsked > 90 };""";
        Decision decision = await DecideAsync(unread, """{"account":"DE1","amount":20}""", Mandate.WhateverPoliciesPermit("a test").WithScoreCeiling(0));
        Assert.Equal(DecisionOutcome.RequireApproval, decision.Outcome);
        Assert.True((decision.Request!.Built & ContextParts.History) != 0, "by the time it is explained, the history has moved on");
        Assert.Equal(0L, ((CedarLong)((CedarRecord)decision.Request.Context["history"])["approvalsAsked"]).Value);
    }

    [Fact]
    public async Task Explain_NothingPermitsWithoutApproval_SuggestsWhatAPersonCouldApprove()
    {
        string large = Policies[Policies.IndexOf("@id(\"large", StringComparison.Ordinal)..];
        DecisionExplanation why = (await DecideAsync(large, """{"account":"DE1","amount":12000}""")).Explain();
        Assert.Equal("amount were 10000 (it is 12000)", Assert.Single(why.Suggestions).Sentence);
        Assert.Contains("It would wait for a person's approval if amount were 10000 (it is 12000)", why.ToString(), StringComparison.Ordinal);
        Assert.Contains("a person would have to approve", Assert.Single(why.Notes), StringComparison.Ordinal);
        Assert.Contains("\"suggestionsAchieve\":\"require-approval\"", why.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_Forbidden_SaysWhichForbidAndWhatWouldLiftIt()
    {
        DecisionExplanation why = (await DecideAsync(Policies + NoStrangers, """{"account":"NL1","amount":180}""")).Explain();

        Assert.Equal(
            "The agent “invoice-bot” may not do payments.pay on bank account “NL1”: “payee from an untrusted source” forbids it, since account (the target of the call) does not come from the user, the task or a trusted source.",
            why.Summary);
        Assert.Equal("account (the target of the call) came from the user, the task or a trusted source", Assert.Single(why.Suggestions).Sentence);
        Assert.Contains("It would be permitted if account (the target of the call) came from", why.ToString(), StringComparison.Ordinal);
        Assert.Contains("test.cedar(", why.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ApprovalRequired_SaysWhoApprovesAndWhatWouldNeedNoApproval()
    {
        Decision decision = await DecideAsync(Policies, """{"account":"DE1","amount":4800}""");
        Assert.Equal(DecisionOutcome.RequireApproval, decision.Outcome);
        DecisionExplanation why = decision.Explain();

        Assert.Equal(
            "The agent “invoice-bot” may do payments.pay on bank account “DE1” once “finance” approved it: “large payment” asks for that, since amount is more than 500 (it is 4800) and amount is at most 10000 (it is 4800).",
            why.Summary);
        Assert.Equal("amount were 500 (it is 4800)", Assert.Single(why.Suggestions).Sentence);
        Assert.StartsWith("Waits for approval (approval-required): ", why.ToString(), StringComparison.Ordinal);
        Assert.Contains("\"suggestionsAchieve\":\"no-approval\"", why.ToJson(), StringComparison.Ordinal);
        Assert.Contains("It would need no approval if amount were 500 (it is 4800)", why.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_OutsideMandate_SpeaksOfTheGrantThatIsTooNarrow()
    {
        Mandate mandate = Mandate.Of(MandateGrant.Of("payments.pay").Where("amount", ArgumentConstraint.AtMost(100m)));
        DecisionExplanation why = (await DecideAsync(Policies, """{"account":"DE1","amount":120}""", mandate)).Explain();

        Assert.Equal(ReasonCodes.OutsideMandate, why.ReasonCode);
        Assert.Contains("By the mandate, amount must be at most 100 (it is 120).", why.Summary, StringComparison.Ordinal);
        Assert.Equal(
            ["amount were 100 (it is 120)", "the mandate of the task granted the action payments.pay with these arguments"], why.Suggestions.Select(s => s.Sentence));
    }

    [Fact]
    public async Task Explain_MandateWithoutTheAction_SuggestsToGrantIt()
    {
        await using GuardFixture fixture = new(Policies, b => b.AddTool(s_pay).AddTool(ToolDescriptor.For("mail.read")));
        AgentTask task = await fixture.OpenAsync(Mandate.Of(MandateGrant.Of("mail.read")));
        DecisionExplanation why = (await fixture.CallAsync(task, "payments.pay", """{"account":"DE1","amount":120}""")).Decision.Explain();
        Assert.Contains("The mandate says nothing of payments.pay.", why.Summary, StringComparison.Ordinal);
        Assert.Contains(why.Suggestions, s => s.Sentence == "the mandate of the task granted the action payments.pay");
    }

    [Fact]
    public async Task Explain_PolicyError_NamesThePolicyAndThePlace()
    {
        await using GuardFixture fixture = new(
            Policies + """@id("frozen") forbid(principal, action == Action::"payments.pay", resource is BankAccount) when { resource.frozen };""",
            b => b.AddTool(s_pay).AddSchema("entity BankAccount = { frozen: Bool };"));
        Decision decision = (await fixture.CallAsync(await fixture.OpenAsync(), "payments.pay", """{"account":"DE1","amount":120}""")).Decision;
        DecisionExplanation why = decision.Explain();

        Assert.Equal(ReasonCodes.PolicyError, why.ReasonCode);
        Assert.Contains("“frozen” (", why.Summary, StringComparison.Ordinal);
        Assert.Contains("does not have the attribute `frozen`", why.Summary, StringComparison.Ordinal);
        Assert.Contains(why.Suggestions, s => s.Sentence.StartsWith("the resource's frozen were false (it is not given)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_ConflictingObligations_NamesBothPermits()
    {
        const string Two = """
            @id("a") @credential("x") permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource) when { context.input.amount.lessThan(decimal("900.0")) };
            @id("b") @credential("y") permit(principal is IntentAuthz::Agent, action == Action::"payments.pay", resource);
            """;
        DecisionExplanation why = (await DecideAsync(Two, """{"account":"DE1","amount":120}""")).Explain();
        Assert.Equal(ReasonCodes.ConflictingObligations, why.ReasonCode);
        Assert.Contains("“a” and “b” permit it", why.Summary, StringComparison.Ordinal);
        Assert.Empty(why.Notes);
        Assert.Equal("amount were 900 (it is 120)", Assert.Single(why.Suggestions).Sentence);
    }

    [Fact]
    public async Task Explain_Permitted_SaysByWhat()
    {
        DecisionExplanation why = (await DecideAsync(Policies, """{"account":"DE1","amount":120}""")).Explain();
        Assert.Contains("“small payment” permits it, since amount is more than 0 (it is 120)", why.Summary, StringComparison.Ordinal);
        Assert.Empty(why.Suggestions);
    }

    [Fact]
    public async Task Explain_DecidedBeforePolicies_GivesTheReasonAndWhatToDo()
    {
        DecisionExplanation unknown = (await DecideAsync(Policies, "{}", tool: "payments.pai")).Explain();
        Assert.Equal((ReasonCodes.UnknownTool, 0), (unknown.ReasonCode, unknown.Policies.Count));
        Assert.Contains("AddTool", unknown.Advice, StringComparison.Ordinal);

        await using GuardFixture fixture = new(Policies, b => b.AddTool(s_pay).AddTool(ToolDescriptor.For("wipe").Risk(RiskClass.Critical)));
        AgentTask task = await fixture.OpenAsync(Mandate.WhateverPoliciesPermit("a test").WithRiskCeiling(RiskClass.Low));
        DecisionExplanation ceiling = (await fixture.CallAsync(task, "wipe")).Decision.Explain();
        Assert.Equal(ReasonCodes.RiskAboveCeiling, ceiling.ReasonCode);
        Assert.Contains("WithRiskCeiling", ceiling.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_EveryReasonCodeOfADenial_HasAdvice()
    {
        string[] needNone = [ReasonCodes.Permitted, ReasonCodes.Observed, ReasonCodes.Completed, ReasonCodes.ToolFailed, ReasonCodes.CancelledByRevocation, ReasonCodes.CancelledByCaller, ReasonCodes.ResultWithheld];
        string[] without = [.. typeof(ReasonCodes).GetFields().Select(f => (string)f.GetRawConstantValue()!).Where(code => ReasonAdvice.For(code) is null)];
        Assert.Equal(needNone.Order(StringComparer.Ordinal), without.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Explain_AfterAReload_SpeaksOfThePoliciesThatDecided()
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Policies);
            await using GuardFixture fixture = new("", b => b.AddTool(s_pay).AddPolicies(PolicySource.File(file)));
            Decision decision = (await fixture.CallAsync(await fixture.OpenAsync(), "payments.pay", """{"account":"DE1","amount":12000}""")).Decision;
            await File.WriteAllTextAsync(file, """@id("everything") permit(principal is IntentAuthz::Agent, action, resource);""");
            Assert.True((await fixture.Policies.ReloadAsync(fixture.Clerk)).Succeeded);

            Assert.Contains("small payment", decision.Explain().Summary, StringComparison.Ordinal);
            Assert.Empty(decision.Explain().Notes);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Explain_Observed_ExplainsWhatWouldHaveBeenDecided()
    {
        Decision decision = await DecideAsync(Policies, """{"account":"DE1","amount":12000}""", configure: o => o.PolicyMode = EnforcementMode.Observe);
        Assert.True(decision.IsPermitted);
        DecisionExplanation why = decision.Explain();
        Assert.Contains("it ran, since policy is only observed", why.Summary, StringComparison.Ordinal);
        Assert.NotEmpty(why.Suggestions);
    }

    [Fact]
    public async Task Explain_AdministrativeDenial_SaysWhichRoleIsMissing()
    {
        await using GuardFixture fixture = new(
            Policies + """permit(principal in IntentAuthz::Role::"ops", action == IntentAuthz::Action::"Approve", resource);""", b => b.AddTool(s_pay), housekeeping: "permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::\"OpenTask\", resource);");
        Decision waiting = (await fixture.CallAsync(await fixture.OpenAsync(), "payments.pay", """{"account":"DE1","amount":4800}""")).Decision;
        Decision decision = await fixture.Guard.Approvals.ApproveAsync(waiting.Approval!.Value, fixture.Clerk);
        DecisionExplanation why = decision.Explain();
        Assert.Equal(ReasonCodes.NotAuthorized, why.ReasonCode);
        Assert.Contains("the person were in role \"ops\"", Assert.Single(why.Suggestions).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_AdministrativeDenialByAnError_DoesNotSayThatAPermitIsMissing()
    {
        await using GuardFixture fixture = new(
            Policies + """
            permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::"Approve", resource);
            @id("broken") forbid(principal, action == IntentAuthz::Action::"Approve", resource) when { 9223372036854775807 + 1 > 0 };
            """,
            b => b.AddTool(s_pay), housekeeping: "permit(principal is IntentAuthz::Person, action == IntentAuthz::Action::\"OpenTask\", resource);");
        Decision waiting = (await fixture.CallAsync(await fixture.OpenAsync(), "payments.pay", """{"account":"DE1","amount":4800}""")).Decision;
        DecisionExplanation why = (await fixture.Guard.Approvals.ApproveAsync(waiting.Approval!.Value, fixture.Clerk)).Explain();
        Assert.Equal(ReasonCodes.NotAuthorized, why.ReasonCode);
        Assert.Contains("“broken” (", why.Summary, StringComparison.Ordinal);
        Assert.EndsWith("could not be evaluated, and might have denied or asked.", why.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explain_ManyThreadsAtOnce_GetTheSame()
    {
        Decision decision = await DecideAsync(Policies + NoStrangers, """{"account":"NL1","amount":180}""");
        string first = decision.Explain().ToJson();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Assert.Equal(first, decision.Explain().ToJson()))));
    }

    [Fact]
    public async Task ToJson_HoldsWhatTheWordsSay()
    {
        DecisionExplanation why = (await DecideAsync(Policies, """{"account":"DE1","amount":12000}""")).Explain();
        using JsonDocument json = JsonDocument.Parse(why.ToJson());
        JsonElement root = json.RootElement;
        Assert.Equal(("deny", "no-permit"), (root.GetProperty("outcome").GetString(), root.GetProperty("reasonCode").GetString()));
        Assert.Equal(why.Summary, root.GetProperty("summary").GetString());
        Assert.Equal("permit", root.GetProperty("suggestionsAchieve").GetString());
        JsonElement change = root.GetProperty("suggestions")[0].GetProperty("changes")[0];
        Assert.Equal(("context.input.amount", "12000", "500"), (change.GetProperty("what").GetString(), change.GetProperty("from").GetString(), change.GetProperty("to").GetString()));
        Assert.Equal(3, root.GetProperty("policies")[0].GetProperty("conditions")[0].GetProperty("line").GetInt32());
    }

    [Fact]
    public async Task Explain_HostileArgument_IsShownEscapedAndCut()
    {
        string evil = JsonSerializer.Serialize("\u001b[31m\u202Eevil\r\n" + new string('x', 5_000));
        DecisionExplanation why = (await DecideAsync(Policies + NoStrangers, $$"""{"account":{{evil}},"amount":12000}""")).Explain();
        string text = why.ToString() + why.ToJson();
        Assert.DoesNotContain("\u001b", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u202E", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text.ReplaceLineEndings("\n"));
        Assert.True(text.Length < 12_000, $"{text.Length} characters");
    }

    [Fact]
    public async Task Explain_ArgumentThatHoldsALiveSecret_NeverShowsAPartOfIt()
    {
        // Longer than what is shown of a value: were it cut first, the scrubber would not know the rest.
        string secret = string.Concat(Enumerable.Range(0, 40).Select(static i => $"s3cr{i:x4}"));
        await using GuardFixture fixture = new(
            Policies + """forbid(principal, action == Action::"payments.pay", resource) when { context.input has note && context.input.note like "*x*" };""", b => b.AddTool(s_pay));
        AgentTask task = await fixture.OpenAsync();
        task.GuardIdentity.Scrubber.TryRemember(LeaseId.New(), Secret.FromString(secret), DateTimeOffset.MaxValue);

        foreach ((string account, string note) in new[] { ("DE1", $"x{secret}"), ($"DE{secret}", "x") })
        {
            Decision decision = (await fixture.CallAsync(task, "payments.pay", JsonSerializer.Serialize(new { account, amount = 120, note }))).Decision;
            Assert.Equal(ReasonCodes.Forbidden, decision.ReasonCode);
            DecisionExplanation why = decision.Explain();
            string text = why.ToString() + why.ToJson();
            Assert.DoesNotContain("s3cr0005", text, StringComparison.Ordinal);
            Assert.Contains("live secret", Assert.Single(why.Notes), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Explain_NumberThatIsALiveSecret_IsNotShown()
    {
        await using GuardFixture fixture = new(Policies, b => b.AddTool(s_pay));
        AgentTask task = await fixture.OpenAsync();
        task.GuardIdentity.Scrubber.TryRemember(LeaseId.New(), Secret.FromString("471628091234567"), DateTimeOffset.MaxValue);

        Decision decision = (await fixture.CallAsync(task, "payments.pay", """{"account":"DE1","amount":471628091234567}""")).Decision;
        Assert.Equal(ReasonCodes.NoPermit, decision.ReasonCode);
        DecisionExplanation why = decision.Explain();

        Assert.DoesNotContain("471628", why.ToString() + why.ToJson(), StringComparison.Ordinal);
        Assert.Contains("live secret", Assert.Single(why.Notes), StringComparison.Ordinal);
    }
}
