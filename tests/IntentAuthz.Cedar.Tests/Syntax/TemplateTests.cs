using IntentAuthz.Cedar.Tests.Compilation;

namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>Templates and the policies that link them.</summary>
public sealed class TemplateTests
{
    private static readonly EntityUid Alice = new("User", "alice");
    private static readonly EntityUid Plan = new("Doc", "plan");

    private static readonly PolicySet Templates = PolicySet.Parse(
        """
        @note("share")
        permit(principal == ?principal, action, resource in ?resource) when { context.flag };
        permit(principal is User in ?principal, action, resource);
        """);

    [Fact]
    public void A_template_alone_decides_nothing() =>
        Assert.Equal(CedarDecision.Deny, Engines.Authorize(new(Alice, new("Action", "read"), Plan), Templates, EntityStore.Empty).Decision);

    [Fact]
    public void A_link_fills_the_slots_and_keeps_everything_else()
    {
        var linked = Templates.Link("policy0", "share-plan", Alice, Plan);
        var policy = Assert.Single(linked.Policies);

        Assert.Equal(("share-plan", "policy0"), (policy.Id, policy.TemplateId));
        Assert.Equal(Alice, Assert.Single(policy.Principal.Entities));
        Assert.Equal(Plan, Assert.Single(policy.Resource.Entities));
        Assert.False(policy.Principal.HasSlot || policy.Resource.HasSlot);
        Assert.Equal("share", policy.FindAnnotation("note")!.Value);
        Assert.Equal(Templates.Templates[0].Source, policy.Source);

        var context = CedarRecord.ParseJson("""{ "flag": true }""");
        Assert.Equal(["share-plan"], Engines.Authorize(new(Alice, new("Action", "read"), Plan, context), linked, EntityStore.Empty).Reasons);
        Assert.Empty(Engines.Authorize(new(new("User", "bob"), new("Action", "read"), Plan, context), linked, EntityStore.Empty).Reasons);
    }

    [Fact]
    public void Links_of_one_template_are_policies_of_their_own()
    {
        var linked = Templates.Link("policy1", "a", Alice).Link("policy1", "b", new EntityUid("User", "bob"));

        Assert.Equal(["a", "b"], linked.Policies.Select(policy => policy.Id));
        Assert.Empty(Templates.Policies); // The set that was linked in has not changed.
        Assert.True(linked.Policies.All(policy => policy.Principal.Kind == ScopeKind.IsIn && policy.Principal.EntityType == "User"));
    }

    [Fact]
    public void Slots_and_entities_must_match()
    {
        Assert.Contains("has the slot ?resource", Assert.Throws<ArgumentException>(() => Templates.Link("policy0", "x", Alice)).Message, StringComparison.Ordinal);
        Assert.Contains("has no slot ?resource", Assert.Throws<ArgumentException>(() => Templates.Link("policy1", "x", Alice, Plan)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Templates.Link("policy1", "x", default(EntityUid)));
    }

    [Fact]
    public void A_link_needs_a_template_and_a_free_id()
    {
        Assert.Contains("no template 'nope'", Assert.Throws<ArgumentException>(() => Templates.Link("nope", "x", Alice)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Templates.Link("policy1", "policy0", Alice));
    }

    [Fact]
    public void A_template_prints_with_its_slots_and_a_link_without() =>
        Assert.Equal(
            (
                "permit (\n  principal is User in ?principal,\n  action,\n  resource\n);",
                "permit (\n  principal is User in User::\"alice\",\n  action,\n  resource\n);"),
            (Templates.Templates[1].ToString(), Templates.Templates[1].Link("x", Alice).ToString()));
}
