namespace IntentAuthz.Cedar.Tests.Partial;

public sealed class PartialAuthorizationTests
{
    private static readonly EntityUid Alice = new("User", "alice");

    private static readonly EntityUid Read = new("Action", "read");

    private static readonly EntityUid Plan = new("Doc", "plan");

    private static readonly EntityStore Entities = EntityStore.Create(
        [new(Alice, CedarRecord.Create([new("level", 3)]), [new("Group", "staff")]), new(Plan, CedarRecord.Create([new("owner", Alice)]))]);

    private static PartialResponse Ask(string policies, PartialEntity? principal = null, PartialEntity? resource = null, CedarRecord? context = null, params string[] unknown) =>
        CedarAuthorizer.AuthorizePartially(new(principal ?? Alice, Read, resource ?? Plan, context, unknown), PolicySet.Parse(policies), Entities);

    private static string Residual(string condition, params string[] unknown) =>
        Ask($"permit(principal, action, resource) when {{ {condition} }};", context: CedarRecord.Create([new("n", 7), new("text", "hello")]), unknown: unknown)
            .Residuals.ToString().ReplaceLineEndings(" ");

    [Theory]
    [InlineData("context.amount < 100 && principal.level == 3", "when { context.amount < 100 && true }")]
    [InlineData("principal.level == 3 && context.amount < 100", "when { context.amount < 100 && true }")]
    [InlineData("context.amount < context.n * 10", "when { context.amount < 70 }")]
    [InlineData("principal.level == 4 || context.amount == 1 || context.n == 7", "when { context.amount == 1 || true }")]
    [InlineData("if context.amount > 5 then context.n == 7 else context.missing == 1", "when { if context.amount > 5 then true else context.missing == 1 }")]
    [InlineData("context has amount.value", "when { context has amount.value }")]
    [InlineData("[context.n, context.amount].contains(principal.level)", "when { [7, context.amount].contains(3) }")]
    public void What_is_known_is_computed_and_the_rest_is_left(string condition, string expected) =>
        Assert.Contains(expected, Residual(condition, "amount").Replace("  ", " ", StringComparison.Ordinal), StringComparison.Ordinal);

    [Fact]
    public void A_decision_that_unknown_parts_cannot_change_is_given()
    {
        Assert.Equal(CedarDecision.Allow, Ask("permit(principal, action, resource) when { principal.level > 2 || context.x };", unknown: "x").Decision);
        Assert.Equal(CedarDecision.Deny, Ask("permit(principal, action, resource) when { principal.level > 3 && context.x };", unknown: "x").Decision);
        Assert.Equal(CedarDecision.Deny, Ask("permit(principal, action, resource) when { context.x }; forbid(principal in Group::\"staff\", action, resource);", unknown: "x").Decision);
    }

    [Fact]
    public void A_permit_that_holds_is_no_decision_while_a_forbid_may_still_apply()
    {
        var response = Ask("permit(principal, action, resource); forbid(principal, action, resource) when { context.frozen };", unknown: "frozen");
        Assert.Null(response.Decision);
        Assert.True(response.CouldAllow);
        Assert.Equal(["policy0"], response.Applied);
        Assert.Equal("policy1", Assert.Single(response.Residuals.Policies).Id);
    }

    [Fact]
    public void A_policy_that_can_only_be_false_or_fail_does_not_keep_hope_alive()
    {
        var response = Ask("permit(principal, action, resource) when { context.x > 1 } when { principal.level > 5 };", unknown: "x");
        Assert.False(response.CouldAllow);
        Assert.Single(response.Residuals.Policies);
    }

    [Fact]
    public void A_type_alone_rules_policies_out()
    {
        var policies = "permit(principal is Robot, action, resource); permit(principal == Robot::\"r\", action, resource); permit(principal is User, action, resource) when { context.x };";
        var response = Ask(policies, principal: PartialEntity.OfType("User"), unknown: "x");
        Assert.Equal("policy2", Assert.Single(response.Residuals.Policies).Id);
        Assert.Equal(ScopeKind.Any, response.Residuals.Policies[0].Principal.Kind);
    }

    [Fact]
    public void An_unknown_entity_keeps_its_constraint()
    {
        var response = Ask("permit(principal in Group::\"staff\", action == Action::\"read\", resource == Doc::\"plan\");", principal: PartialEntity.Unknown);
        var residual = Assert.Single(response.Residuals.Policies);
        Assert.Equal((ScopeKind.In, ScopeKind.Any, ScopeKind.Any), (residual.Principal.Kind, residual.Action.Kind, residual.Resource.Kind));
        Assert.Equal(["policy0"], response.Complete(new(Alice, Read, Plan), Entities).Reasons);
    }

    [Fact]
    public void A_policy_that_fails_in_any_case_is_an_error_now()
    {
        var error = Assert.Single(Ask("permit(principal, action, resource) when { context.x == principal.missing };", unknown: "x").Errors);
        Assert.Contains("does not have the attribute `missing`", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Annotations_and_ids_stay()
    {
        var response = Ask("@approval(\"manager\") permit(principal, action, resource) when { context.x };", unknown: "x");
        Assert.Equal("manager", response.Residuals.Find("policy0")!.FindAnnotation("approval")!.Value);
    }

    [Fact]
    public void An_attribute_is_known_or_unknown_but_not_both() =>
        Assert.Throws<ArgumentException>(() => new PartialRequest(Alice, Read, Plan, CedarRecord.Create([new("x", 1)]), ["x"]));
}
