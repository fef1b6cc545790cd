using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests.Language;

/// <summary>From policies to a decision.</summary>
public sealed class AuthorizerTests
{
    private static readonly EntityStore Entities = EntityStore.Create(
    [
        new Entity(new("User", "alice"), parents: [new("Group", "staff")]),
        new Entity(new("Group", "staff"), parents: [new("Group", "all")]),
        new Entity(new("Action", "read"), parents: [new("Action", "any")]),
    ]);

    private static CedarResponse Decide(string policies) =>
        Engines.Authorize(new(new("User", "alice"), new("Action", "read"), new("Doc", "plan")), PolicySet.Parse(policies), Entities);

    [Fact]
    public void Without_a_permit_that_applies_the_request_is_denied_without_reason()
    {
        var response = Decide("permit(principal == User::\"bob\", action, resource);");

        Assert.Equal(CedarDecision.Deny, response.Decision);
        Assert.Empty(response.Reasons);
        Assert.Empty(response.Errors);
    }

    [Fact]
    public void Every_permit_that_applies_is_a_reason()
    {
        var response = Decide("permit(principal, action, resource); permit(principal == User::\"bob\", action, resource); permit(principal, action, resource);");

        Assert.Equal(CedarDecision.Allow, response.Decision);
        Assert.Equal(["policy0", "policy2"], response.Reasons);
    }

    [Fact]
    public void A_forbid_overrides_every_permit_and_is_the_only_reason()
    {
        var response = Decide("permit(principal, action, resource); forbid(principal, action, resource);");

        Assert.Equal(CedarDecision.Deny, response.Decision);
        Assert.Equal(["policy1"], response.Reasons);
    }

    [Fact]
    public void A_policy_that_errs_does_not_apply_and_is_reported()
    {
        var response = Decide("permit(principal, action, resource);\nforbid(principal, action, resource)\nwhen { context.missing };");

        Assert.Equal(CedarDecision.Allow, response.Decision);
        Assert.Equal(["policy0"], response.Reasons);
        var error = Assert.Single(response.Errors);
        Assert.Equal("policy1: policy(3,8): record does not have the attribute `missing` (record does not have any attributes)", error.ToString());
    }

    [Fact]
    public void A_condition_must_be_a_bool() =>
        Assert.Equal("type error: expected bool, got long", Assert.Single(Decide("permit(principal, action, resource) when { 1 };").Errors).Message);

    [Theory]
    [InlineData("when { true }", true)]
    [InlineData("when { false }", false)]
    [InlineData("unless { false }", true)]
    [InlineData("unless { true }", false)]
    [InlineData("when { true } unless { false } when { true }", true)]
    [InlineData("when { true } unless { true }", false)]
    [InlineData("when { false } when { context.missing }", false)] // What is decided is not evaluated further.
    [InlineData("unless { true } unless { context.missing }", false)]
    public void All_conditions_must_hold(string conditions, bool allowed)
    {
        var response = Decide($"permit(principal, action, resource) {conditions};");

        Assert.Equal(allowed ? CedarDecision.Allow : CedarDecision.Deny, response.Decision);
        Assert.Empty(response.Errors);
    }

    [Theory]
    [InlineData("principal, action, resource", true)]
    [InlineData("principal == User::\"alice\", action, resource", true)]
    [InlineData("principal == User::\"bob\", action, resource", false)]
    [InlineData("principal in Group::\"all\", action, resource", true)]
    [InlineData("principal in User::\"alice\", action, resource", true)]
    [InlineData("principal in Group::\"none\", action, resource", false)]
    [InlineData("principal is User, action, resource", true)]
    [InlineData("principal is Group, action, resource", false)]
    [InlineData("principal is User in Group::\"staff\", action, resource", true)]
    [InlineData("principal is Group in Group::\"staff\", action, resource", false)]
    [InlineData("principal is User in Group::\"none\", action, resource", false)]
    [InlineData("principal, action == Action::\"read\", resource", true)]
    [InlineData("principal, action == Action::\"write\", resource", false)]
    [InlineData("principal, action in Action::\"any\", resource", true)]
    [InlineData("principal, action in [Action::\"write\", Action::\"any\"], resource", true)]
    [InlineData("principal, action in [Action::\"write\"], resource", false)]
    [InlineData("principal, action in [], resource", false)]
    [InlineData("principal, action, resource == Doc::\"plan\"", true)]
    [InlineData("principal, action, resource in Doc::\"plan\"", true)] // Though it is not among the entities.
    [InlineData("principal, action, resource in Folder::\"f\"", false)]
    [InlineData("principal, action, resource is Doc", true)]
    [InlineData("principal, action, resource is Docs::Doc", false)]
    public void The_scope_decides_whom_a_policy_is_about(string scope, bool applies) =>
        Assert.Equal(applies ? CedarDecision.Allow : CedarDecision.Deny, Decide($"permit({scope});").Decision);

    [Fact]
    public void A_scope_that_does_not_match_keeps_the_conditions_from_being_evaluated() =>
        Assert.Empty(Decide("permit(principal == User::\"bob\", action, resource) when { context.missing };").Errors);

    [Fact]
    public void The_empty_set_denies() =>
        Assert.Equal(CedarDecision.Deny, Engines.Authorize(new(new("U", "a"), new("Action", "a"), new("R", "r")), PolicySet.Empty, EntityStore.Empty).Decision);
}
