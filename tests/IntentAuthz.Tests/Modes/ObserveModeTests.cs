using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Modes;

/// <summary>Observe mode overrides the policy set's answer and nothing else.</summary>
public sealed class ObserveModeTests
{
    private const string Permit = """permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";
    private const string Forbid = """@id("never") forbid(principal, action == Action::"pay", resource);""";
    private const string AskFinance = """@id("ask") @approval("finance") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""";

    private static GuardFixture Observing(string policies, Action<IntentAuthzBuilder>? add = null, Func<ToolDescriptorBuilder, ToolDescriptorBuilder>? describe = null) =>
        new(policies, b =>
        {
            ToolDescriptorBuilder pay = ToolDescriptor.For("pay").Idempotent();
            b.AddTool(describe is null ? pay : describe(pay)).AddTool(ToolDescriptor.For("read").Idempotent());
            add?.Invoke(b);
        }, o => o.PolicyMode = EnforcementMode.Observe);

    [Theory]
    [InlineData("", ReasonCodes.NoPermit, DecisionOutcome.Deny, "")]
    [InlineData(Permit + Forbid, ReasonCodes.Forbidden, DecisionOutcome.Deny, "never")]
    [InlineData(Permit + """@id("broken") forbid(principal, action == Action::"pay", resource) when { 9223372036854775807 + context.history.calls + 1 > 0 };""", ReasonCodes.PolicyError, DecisionOutcome.Deny, "broken")]
    [InlineData(AskFinance, ReasonCodes.ApprovalRequired, DecisionOutcome.RequireApproval, "ask")]
    public async Task InvokeAsync_WherePolicyIsObserved_RunsAndSaysWhatItWouldBe(string policies, string reason, DecisionOutcome outcome, string policy)
    {
        await using GuardFixture fixture = Observing(policies);
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "pay");

        Assert.True(result.IsCompleted, result.Decision.ToString());
        Assert.Single(fixture.Ran);
        Assert.Equal(ReasonCodes.Observed, result.Decision.ReasonCode);
        Assert.Equal(reason, result.Decision.WouldBe!.ReasonCode);
        Assert.Equal(outcome, result.Decision.WouldBe.Outcome);
        Assert.Equal(policy, string.Join(",", result.Decision.DeterminingPolicies));
        AuditRecord record = (await fixture.RecordsAsync()).Single(r => r.Kind == AuditKind.Decision);
        Assert.Equal((DecisionOutcome.Permit, ReasonCodes.Observed), (record.Outcome!.Value, record.ReasonCode));
        Assert.Equal(reason, record.ObservedReason);
        Assert.Empty(fixture.Guard.Approvals.GetPending(GuardFixture.Acme));
    }

    [Fact]
    public async Task InvokeAsync_WhatPolicyPermits_IsPlainlyPermitted()
    {
        await using GuardFixture fixture = Observing(Permit);

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay");

        Assert.Equal(ReasonCodes.Permitted, result.Decision.ReasonCode);
        Assert.Null(result.Decision.WouldBe);
    }

    [Theory]
    [InlineData(Permit, ReasonCodes.OutsideMandate)]
    [InlineData("", ReasonCodes.OutsideMandate)] // also where policy denies, the mandate is asked
    public async Task InvokeAsync_OutsideTheMandate_IsDenied(string policies, string reason)
    {
        await using GuardFixture fixture = Observing(policies);

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(Mandate.Of(MandateGrant.Of("read"))), "pay");

        Assert.Equal(reason, result.Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_OutsideTheProposal_IsDenied()
    {
        await using GuardFixture fixture = Observing(Permit);
        AgentTask task = await fixture.OpenAsync(new TaskRequest(fixture.Agent, "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1))
        {
            Proposal = MandateProposal.Of("reading only", MandateGrant.Of("read")),
        });

        Assert.Equal(ReasonCodes.OutsideProposal, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.Observed, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_OverTheBudgetOrRevoked_IsDenied()
    {
        await using GuardFixture fixture = Observing("");
        AgentTask task = await fixture.OpenAsync(Mandate.WhateverPoliciesPermit("a test").WithBudget(TaskBudget.Unlimited.WithCalls(1)));

        Assert.True((await fixture.CallAsync(task, "pay")).IsCompleted);
        Assert.Equal(ReasonCodes.BudgetExceeded, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        await fixture.Guard.Revocations.RevokeAsync(RevocationTarget.Tool(GuardFixture.Acme, "read"), fixture.Boss, "a test");
        Assert.Equal(ReasonCodes.Revoked, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_ARateOfAPermit_Holds()
    {
        await using GuardFixture fixture = Observing("""@rate("1/1m") permit(principal is IntentAuthz::Agent, action == Action::"pay", resource);""");
        AgentTask task = await fixture.OpenAsync();

        Assert.True((await fixture.CallAsync(task, "pay")).IsCompleted);
        Assert.Equal(ReasonCodes.RateExceeded, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_ADeniedCallThatNeedsACredential_DoesNotRunAndSaysWhy()
    {
        await using GuardFixture fixture = Observing(
            Permit + Forbid,
            b => b.AddCredentialProfile(new CredentialProfile("money", "vault", "bank", ["pay"], TimeSpan.FromMinutes(1))).AddIssuer(new Credentials.TestIssuer()),
            pay => pay.NeedsCredential("money"));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "pay");

        Assert.Equal((DecisionOutcome.Deny, ReasonCodes.Forbidden), (result.Decision.Outcome, result.Decision.ReasonCode));
        Assert.Contains("credential 'money'", result.Decision.Explanation, StringComparison.Ordinal);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_AnUnapprovedCallThatNeedsACredential_WaitsForItsApproval()
    {
        await using GuardFixture fixture = Observing(
            AskFinance,
            b => b.AddCredentialProfile(new CredentialProfile("money", "vault", "bank", ["pay"], TimeSpan.FromMinutes(1))).AddIssuer(new Credentials.TestIssuer()),
            pay => pay.NeedsCredential("money"));
        AgentTask task = await fixture.OpenAsync();

        GuardResult asked = await fixture.CallAsync(task, "pay");
        Assert.Equal(ReasonCodes.ApprovalRequired, asked.Decision.ReasonCode);
        await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
        GuardResult resumed = await fixture.CallAsync(task, "pay");

        Assert.True(resumed.IsCompleted, resumed.Decision.ToString());
        Assert.Equal(ReasonCodes.Permitted, resumed.Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_AMandateThatWantsApproval_IsAsked()
    {
        Mandate mandate = Mandate.FromPolicies(PolicySource.Text("""@approval("finance") permit(principal, action, resource);""", "mandate"), "anything, with finance");
        await using GuardFixture fixture = Observing("");
        AgentTask task = await fixture.OpenAsync(mandate);

        GuardResult asked = await fixture.CallAsync(task, "pay");
        Assert.Equal(ReasonCodes.ApprovalRequired, asked.Decision.ReasonCode);
        await fixture.Guard.Approvals.ApproveAsync(asked.Decision.Approval!.Value, fixture.Boss);
        GuardResult resumed = await fixture.CallAsync(task, "pay");

        Assert.Equal((ReasonCodes.Observed, ReasonCodes.NoPermit), (resumed.Decision.ReasonCode, resumed.Decision.WouldBe?.ReasonCode));
        Assert.Equal(asked.Decision.Approval, resumed.Decision.Approval);
    }

    [Fact]
    public async Task InvokeAsync_OutsideAProposalThatWantsApproval_IsAskedAlsoWherePolicyAsksToo()
    {
        await using GuardFixture fixture = Observing(AskFinance);
        AgentTask task = await fixture.OpenAsync(new TaskRequest(fixture.Agent, "read", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1))
        {
            Proposal = MandateProposal.Of("reading only", MandateGrant.Of("read")),
            Outside = OutsideProposal.RequireApproval,
        });

        Assert.Equal(ReasonCodes.ApprovalRequired, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_ARepeatOfAnUnknownOutcome_IsAsked()
    {
        await using GuardFixture fixture = Observing(AskFinance, describe: static _ => ToolDescriptor.For("pay"));
        AgentTask task = await fixture.OpenAsync();
        await fixture.Guard.InvokeAsync(task, new ToolCall("pay", "{}"), static (_, _) => throw new IOException("the line broke"));

        Assert.Equal(DecisionOutcome.RequireApproval, (await fixture.CallAsync(task, "pay")).Decision.Outcome);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_WhatAPersonRefused_StaysRefused()
    {
        await using GuardFixture fixture = Observing(AskFinance);
        AgentTask task = await fixture.OpenAsync();
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Enforce);
        GuardResult asked = await fixture.CallAsync(task, "pay");
        await fixture.Guard.Approvals.RefuseAsync(asked.Decision.Approval!.Value, fixture.Boss);
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Observe);

        Assert.Equal(ReasonCodes.ApprovalRefused, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_AToolOfItsOwnMode_DoesNotFollowThePolicySet()
    {
        await using GuardFixture fixture = Observing("");
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Enforce, "pay");
        AgentTask task = await fixture.OpenAsync();

        Assert.Equal(ReasonCodes.NoPermit, (await fixture.CallAsync(task, "pay")).Decision.ReasonCode);
        Assert.Equal(ReasonCodes.Observed, (await fixture.CallAsync(task, "read")).Decision.ReasonCode);
    }

    [Fact]
    public async Task CouldPermit_WherePolicyIsObserved_DoesNotHideTheTool()
    {
        await using GuardFixture fixture = Observing("");
        AgentTask task = await fixture.OpenAsync();

        Assert.True(fixture.Guard.CouldPermit(task, "pay"));
        await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Enforce, "pay");
        Assert.False(fixture.Guard.CouldPermit(task, "pay"));
    }

    [Fact]
    public async Task OpenAsync_WherePolicyIsObserved_IsStillDecidedByPolicy()
    {
        await using GuardFixture fixture = Observing("forbid(principal, action == IntentAuthz::Action::\"OpenTask\", resource);");

        OpenTaskResult opened = await fixture.Guard.Tasks.OpenAsync(
            new TaskRequest(fixture.Agent, "pay", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1)), fixture.Clerk);

        Assert.Equal(ReasonCodes.NotAuthorized, opened.Decision.ReasonCode);
    }

    [Fact]
    public async Task InvokeAsync_EnforcedBetweenVerdictAndDispatch_IsDecidedAgain()
    {
        SwitchingEngine engine = new();
        await using GuardFixture fixture = Observing("", b => b.UsePolicyEngine(engine));
        AgentTask task = await fixture.OpenAsync();
        engine.AfterVerdict = async () => await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Enforce);

        GuardResult result = await fixture.CallAsync(task, "pay");

        Assert.Equal((DecisionOutcome.Deny, ReasonCodes.NoPermit), (result.Decision.Outcome, result.Decision.ReasonCode));
        Assert.Empty(fixture.Ran);
    }

    /// <summary>Permits administration, denies every tool call, and lets something happen after the first of these answers.</summary>
    private sealed class SwitchingEngine : IPolicyEngine
    {
        internal Func<Task>? AfterVerdict { get; set; }

        public string GetVersion(TenantId tenant) => "1";

        public async ValueTask<Verdict> EvaluateAsync(PolicyRequest request, CancellationToken cancellationToken)
        {
            if (request.Action.Type != "Action")
            {
                return new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, []);
            }

            if (AfterVerdict is { } act)
            {
                AfterVerdict = null;
                await act();
            }

            return new Verdict(VerdictEffect.Deny, ReasonCodes.NoPermit, []);
        }

        public bool CouldPermit(PartialPolicyRequest request) => true;
    }

    [Fact]
    public async Task SetModeAsync_ByWhomPolicyDoesNotLet_ChangesNothingAndIsRecorded()
    {
        await using GuardFixture fixture = Observing("""
            forbid(principal, action == IntentAuthz::Action::"SetMode", resource) when { context.input.mode == "observe" } unless { principal in IntentAuthz::Role::"finance" };
            """);
        Assert.True((await fixture.Policies.SetModeAsync(fixture.Clerk, EnforcementMode.Enforce, "pay")).IsPermitted);
        Decision refused = await fixture.Policies.SetModeAsync(fixture.Clerk, EnforcementMode.Observe, "pay");
        Decision byAgent = await fixture.Policies.SetModeAsync(Principal.OfAgent(fixture.Agent), EnforcementMode.Observe, "pay");
        Decision elsewhere = await fixture.Policies.SetModeAsync(Principal.Person("eve", new TenantId("other"), "finance"), EnforcementMode.Enforce, "read");
        Decision misspelt = await fixture.Policies.SetModeAsync(fixture.Boss, EnforcementMode.Observe, "pai");

        Assert.Equal(
            [ReasonCodes.NotAuthorized, ReasonCodes.AgentNotAllowed, ReasonCodes.Permitted, ReasonCodes.UnknownTool],
            new[] { refused, byAgent, elsewhere, misspelt }.Select(static d => d.ReasonCode));
        Assert.Contains("'pay'", misspelt.Explanation, StringComparison.Ordinal);
        Assert.Equal(EnforcementMode.Enforce, fixture.Policies.GetMode(GuardFixture.Acme, "pay"));
        Assert.Equal(EnforcementMode.Observe, fixture.Policies.GetMode(GuardFixture.Acme, "read"));
        Assert.Equal(EnforcementMode.Enforce, fixture.Policies.GetMode(new TenantId("other"), "read"));
        Assert.Equal(5, (await fixture.RecordsAsync()).Count(static r => r.Action == "SetMode"));
    }
}
