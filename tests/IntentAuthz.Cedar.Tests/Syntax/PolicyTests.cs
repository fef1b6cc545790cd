namespace IntentAuthz.Cedar.Tests.Syntax;

/// <summary>The parts of a policy around its conditions: annotations, effect, scope, ids.</summary>
public sealed class PolicyTests
{
    private static Policy Single(string text) => Assert.Single(PolicySet.Parse(text).Policies);

    [Fact]
    public void Annotations_keep_their_order_values_and_places()
    {
        var policy = Single("@id(\"p\")\n@if\n@note(\"\") permit(principal, action, resource);");

        Assert.Equal(["id", "if", "note"], policy.Annotations.Select(annotation => annotation.Name));
        Assert.Equal(("p", true), (policy.FindAnnotation("id")!.Value, policy.FindAnnotation("id")!.HasValue));
        Assert.Equal(("", false), (policy.FindAnnotation("if")!.Value, policy.FindAnnotation("if")!.HasValue));
        Assert.Equal(("", true), (policy.FindAnnotation("note")!.Value, policy.FindAnnotation("note")!.HasValue));
        Assert.Equal(new SourceSpan(null, 9, 12, 2, 1), policy.FindAnnotation("if")!.Span);
        Assert.Null(policy.FindAnnotation("ID"));
    }

    [Fact]
    public void An_annotation_twice_is_refused() =>
        Assert.Equal("duplicate-annotation", Assert.Single(Diagnostics.Of("@a(\"1\") @a(\"1\") permit(principal, action, resource);")).Code);

    [Fact]
    public void Ids_count_policies_and_templates_in_the_order_of_the_text()
    {
        var set = PolicySet.Parse("permit(principal, action, resource); permit(principal == ?principal, action, resource); forbid(principal, action, resource);");

        Assert.Equal(["policy0", "policy2"], set.Policies.Select(policy => policy.Id));
        Assert.Equal("policy1", Assert.Single(set.Templates).Id);
        Assert.Same(set.Policies[1], set.Find("policy2"));
        Assert.Null(set.Find("policy1"));
    }

    [Fact]
    public void A_text_without_policies_is_an_empty_set() => Assert.Empty(PolicySet.Parse("// nothing\n").Policies);

    [Fact]
    public void Create_refuses_an_id_twice()
    {
        var policy = Single("permit(principal, action, resource);");

        var exception = Assert.Throws<ArgumentException>(() => PolicySet.Create([policy, policy]));
        Assert.Contains("'policy0' occurs twice", exception.Message, StringComparison.Ordinal);
        Assert.Equal(2, PolicySet.Create([policy, policy.WithId("other")]).Policies.Count);
    }

    [Theory]
    [InlineData("principal", ScopeKind.Any, null, "")]
    [InlineData("principal == User::\"a\"", ScopeKind.Equal, null, "User::\"a\"")]
    [InlineData("principal in (User::\"a\")", ScopeKind.In, null, "User::\"a\"")]
    [InlineData("principal is A::User", ScopeKind.Is, "A::User", "")]
    [InlineData("principal is User in Group::\"g\"", ScopeKind.IsIn, "User", "Group::\"g\"")]
    public void The_scope_of_principal_and_resource_can_be_inspected(string scope, ScopeKind kind, string? type, string entities)
    {
        var principal = Single($"permit({scope}, action, resource);").Principal;
        var resource = Single($"permit(principal, action, {scope.Replace("principal", "resource", StringComparison.Ordinal)});").Resource;

        foreach (var constraint in new[] { principal, resource })
        {
            Assert.Equal((kind, type, false), (constraint.Kind, constraint.EntityType, constraint.HasSlot));
            Assert.Equal(entities, string.Join(" ", constraint.Entities));
        }
    }

    [Theory]
    [InlineData("action", ScopeKind.Any, "")]
    [InlineData("action == Action::\"a\"", ScopeKind.Equal, "Action::\"a\"")]
    [InlineData("action == Docs::Action::\"a\"", ScopeKind.Equal, "Docs::Action::\"a\"")]
    [InlineData("action in Action::\"a\"", ScopeKind.In, "Action::\"a\"")]
    [InlineData("action in []", ScopeKind.InSet, "")]
    [InlineData("action in [Action::\"a\", Action::\"b\",]", ScopeKind.InSet, "Action::\"a\" Action::\"b\"")]
    public void The_scope_of_the_action_can_be_inspected(string scope, ScopeKind kind, string entities)
    {
        var action = Single($"permit(principal, {scope}, resource,);").Action;

        Assert.Equal(kind, action.Kind);
        Assert.Equal(entities, string.Join(" ", action.Entities));
    }

    [Theory]
    [InlineData("permit();", "invalid-scope", "the scope lacks `principal`")]
    [InlineData("permit(principal, action);", "invalid-scope", "the scope lacks `resource`")]
    [InlineData("permit(action, principal, resource);", "invalid-scope", "expected `principal`, found `action`")]
    [InlineData("permit(principal, action, resource, context);", "invalid-scope", "the scope has too many parts")]
    [InlineData("permit(principal: User, action, resource);", "invalid-scope", "a type after `:` is not supported")]
    [InlineData("permit(principal < User::\"a\", action, resource);", "invalid-scope-operator", "this operator is not allowed in a scope")]
    [InlineData("permit(principal is User == User::\"a\", action, resource);", "invalid-scope-operator", "`is` and `==` cannot be combined")]
    [InlineData("permit(principal in Group::\"g\" is User, action, resource);", "invalid-scope-operator", "where `is` and `in` are combined, `is` comes first")]
    [InlineData("permit(principal == \"alice\", action, resource);", "invalid-scope-entity", "expected an entity or a slot, found a string")]
    [InlineData("permit(principal == [User::\"a\"], action, resource);", "invalid-scope-entity", "expected an entity or a slot, found another expression")]
    [InlineData("permit(principal == User::\"a\" || true, action, resource);", "invalid-scope-entity", "expected an entity or a slot, found another expression")]
    [InlineData("permit(principal is \"User\", action, resource);", "invalid-entity-type", "`is` needs an entity type, found the string `\"User\"`")]
    [InlineData("permit(principal is User::\"a\", action, resource);", "invalid-entity-type", "`is` needs an entity type, found an entity")]
    [InlineData("permit(principal, action is Action, resource);", "invalid-scope-operator", "`is` is not allowed for the action")]
    [InlineData("permit(principal, action != Action::\"a\", resource);", "invalid-scope-operator", "this operator is not allowed for the action")]
    [InlineData("permit(principal, action == User::\"a\", resource);", "invalid-action-type", "an action has the type `Action`, found `User`")]
    [InlineData("permit(principal, action in [Action::\"a\", 1], resource);", "invalid-scope-entity", "expected an entity, found another expression")]
    [InlineData("permit(principal, action in ?action, resource);", "invalid-slot", "`?action` is not a template slot")]
    [InlineData("permit(principal == ?resource, action, resource);", "invalid-slot", "only `?principal` may stand here")]
    [InlineData("permit(principal, action == ?principal, resource);", "invalid-slot", "a slot cannot stand here")]
    [InlineData("permit(principal = User::\"a\", action, resource);", "invalid-operator", "`=` is not an operator")]
    [InlineData("permit(principal has a, action, resource);", "unexpected-token", "expected `,` or `)`, found `has`")]
    [InlineData("allow(principal, action, resource);", "invalid-effect", "expected `permit` or `forbid`, found `allow`")]
    [InlineData("permit principal;", "unexpected-token", "expected `(`, found `principal`")]
    [InlineData("permit(principal, action, resource) where { true };", "invalid-condition", "expected `when`, `unless` or `;`, found `where`")]
    [InlineData("permit(principal, action, resource) when {};", "empty-condition", "the `when` condition is empty")]
    [InlineData("permit(principal, action, resource) when true;", "unexpected-token", "expected `{`, found `true`")]
    [InlineData("permit(principal, action, resource)", "unexpected-token", "expected `when`, `unless` or `;`, found the end of the source")]
    [InlineData("@a() permit(principal, action, resource);", "unexpected-token", "expected a string, found `)`")]
    [InlineData(";", "unexpected-token", "expected `permit`, `forbid` or an annotation, found `;`")]
    public void A_malformed_policy_is_refused_with_what_is_wrong(string text, string code, string message)
    {
        var diagnostic = Diagnostics.Of(text)[0];

        Assert.Equal((code, message), (diagnostic.Code, diagnostic.Message));
    }

    [Theory]
    [InlineData("context.a", "a", true)]
    [InlineData("context[\"a\"]", "a", true)]
    [InlineData("context has a", "a", true)]
    [InlineData("context has a.b", "a", true)]
    [InlineData("context has a.b", "b", false)]
    [InlineData("principal.a", "a", false)]
    [InlineData("[1].contains(context.x.a)", "x", true)]
    [InlineData("[1].contains(context.x.a)", "a", false)]
    [InlineData("if true then 1 else (context == {}) ", "anything", true)] // The whole of it is used.
    [InlineData("ip(\"1.1.1.1\").isInRange({r: context.net}.r)", "net", true)]
    public void ReadsContext_tells_which_attributes_of_the_context_matter(string condition, string attribute, bool expected)
    {
        Assert.Equal(expected, PolicySet.Parse($"permit(principal, action, resource) when {{ {condition} }};").Policies[0].ReadsContext(attribute));
        Assert.Equal(expected, PolicySet.Parse($"permit(principal, action, resource) unless {{ {condition} }};").Policies[0].ReadsContext(attribute));
    }
}
