using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Policies.PolicyAsking;

namespace IntentAuthz.Tests.Policies;

/// <summary>How policies combine: default deny, forbid first, errors never on the side of the agent, the strictest obligation.</summary>
public sealed class PolicyEvaluationTests
{
    private const string Permit = "permit(principal, action, resource);";
    private const string Fails = "when { context.input.missing == 1 }";

    [Fact]
    public void Evaluate_NoPermit_Denies() => Denied(ReasonCodes.NoPermit, """permit(principal, action == Action::"other", resource);""");

    [Fact]
    public void Evaluate_PermitAndForbid_IsForbidden() => Denied(ReasonCodes.Forbidden, Permit + "forbid(principal, action, resource);");

    [Fact]
    public void Evaluate_ForbidThatCannotBeEvaluated_Denies() => Denied(ReasonCodes.PolicyError, Permit + $"forbid(principal, action, resource) {Fails};");

    [Fact]
    public void Evaluate_PermitWithObligationsThatCannotBeEvaluated_DeniesSinceItMightHaveAsked() =>
        Denied(ReasonCodes.PolicyError, Permit + $"""@approval("finance") permit(principal, action, resource) {Fails};""");

    [Fact]
    public void Evaluate_PlainPermitThatCannotBeEvaluated_DoesNotApplyAndIsReported()
    {
        Denied(ReasonCodes.NoPermit, $"permit(principal, action, resource) {Fails};");
        Verdict verdict = Engine(Permit + $"permit(principal, action, resource) {Fails};").Ask();

        Assert.Equal(VerdictEffect.Permit, verdict.Effect);
        Assert.StartsWith("test.cedar#2: ", Assert.Single(verdict.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Evaluate_ForbidOfAnotherAction_DoesNotFail() =>
        Assert.Equal(VerdictEffect.Permit, Engine(Permit + $"""forbid(principal, action == Action::"other", resource) {Fails};""").Ask().Effect);

    [Fact]
    public void Evaluate_SeveralPermits_TheStrictestOfEachObligationHolds()
    {
        Obligations all = Engine("""
            permit(principal, action, resource);
            @approval("finance") @contain("a") @redact("result.x") @rate("5/1m") permit(principal, action, resource);
            @approval("finance:2,audit") @contain("b") @redact("result.y") @rate("2/1m") @credential("c") permit(principal, action, resource);
            @credential("c") permit(principal, action, resource);
            """).Ask().Obligations;

        Assert.Equal("audit finance:2", string.Join(' ', all.Approvals));
        Assert.Equal(["a", "b"], all.Containments.AsEnumerable());
        Assert.Equal(["result.x", "result.y"], all.Redactions.AsEnumerable());
        Assert.Equal([5, 2], all.Rates.Select(static r => r.Count));
        Assert.Equal("c", all.Credential);
    }

    [Fact]
    public void Evaluate_PermitsThatAskForDifferentCredentials_Deny() =>
        Denied(ReasonCodes.ConflictingObligations, """@credential("a") permit(principal, action, resource); @credential("b") permit(principal, action, resource);""");

    [Fact]
    public void Evaluate_TenantWithPoliciesOfItsOwn_HasThemBesideTheSharedOnes()
    {
        CedarPolicyEngine engine = Engine(
            PolicySource.Text(Permit, "shared.cedar"),
            PolicySource.Text("forbid(principal, action, resource);", "other.cedar", new TenantId("other")));

        Assert.Equal(VerdictEffect.Permit, engine.Ask().Effect);
        Assert.Equal(ReasonCodes.Forbidden, engine.Ask(new TenantId("other")).ReasonCode);
        Assert.NotEqual(engine.GetVersion(Acme), engine.GetVersion(new TenantId("other")));
        Assert.Equal(2, engine.PolicyCount);
    }

    [Fact]
    public void Entities_OfTheHost_AreSeenOnAResourceThatTheDescriptorNamesByItsIdAlone()
    {
        EntityStore host = EntityStore.Create(
        [
            new Entity(
                new EntityUid("Invoice", "2041"),
                CedarRecord.Create([new("frozen", CedarBool.True)]),
                [new EntityUid("Folder", "archive")]),
            new Entity(new EntityUid("Folder", "archive")),
        ]);

        CedarPolicyEngine engine = Engine(Permit + "forbid(principal, action, resource) when { resource has frozen && resource.frozen };");
        Assert.Equal(ReasonCodes.Forbidden, engine.Ask(host: host).ReasonCode);

        CedarPolicyEngine byFolder = Engine(Permit + """forbid(principal, action, resource in Folder::"archive");""");
        Assert.Equal(ReasonCodes.Forbidden, byFolder.Ask(host: host).ReasonCode);
    }

    [Fact]
    public void Entities_OfTheHost_CannotOverrideWhatTheLibraryProved()
    {
        EntityStore host = EntityStore.Create(
        [
            new Entity(
                new EntityUid("IntentAuthz::Agent", "bot"),
                CedarRecord.Create([new("attested", CedarBool.True), new("team", new CedarString("ops"))])),
        ]);

        Assert.Equal(VerdictEffect.Deny, Engine("permit(principal, action, resource) when { principal.attested };").Ask(host: host).Effect);
        Assert.Equal(VerdictEffect.Permit, Engine("permit(principal, action, resource) when { principal.team == \"ops\" };").Ask(host: host).Effect);
    }

    private static void Denied(string reasonCode, string policies)
    {
        Verdict verdict = Engine(policies).Ask();
        Assert.Equal(VerdictEffect.Deny, verdict.Effect);
        Assert.Equal(reasonCode, verdict.ReasonCode);
    }
}
