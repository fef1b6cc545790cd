namespace IntentAuthz.Cedar.Tests.Validation;

/// <summary>What validation accepts and refuses in policies. Every strict case was compared with the reference.</summary>
public sealed class PolicyValidationTests
{
    private static readonly Schema App = Schema.ParseCedar("""
        entity User in [Group] = { name: String, age?: Long, boss?: User, home?: { street: String, zip?: Long }, rate: decimal } tags String;
        entity Admin in [Group] = { name: String };
        entity Group in [Org];
        entity Org enum ["acme"];
        entity Doc = { owner: User, size: Long };
        action read, list in [readish] appliesTo { principal: [User, Admin], resource: Doc, context: { ip: ipaddr, at: datetime, note?: String } };
        action readish;
        action write appliesTo { principal: User, resource: Doc, context: {} };
        """);

    [Theory]
    [InlineData("principal.name == \"x\"")]
    [InlineData("principal is User && principal has age && principal.age > 18")]
    [InlineData("principal is User && principal has boss.age && principal.boss.age > 18")]
    [InlineData("principal is User && principal has home.zip && principal.home.zip == 1")]
    [InlineData("context has note && context.note like \"a*\"")]
    [InlineData("if context has note then context.note == \"a\" else false")]
    [InlineData("(context has note || false) && context.note == \"a\"")]
    [InlineData("principal is User && principal.hasTag(\"k\") && principal.getTag(\"k\") == \"v\"")]
    [InlineData("context.ip.isInRange(ip(\"10.0.0.0/8\"))")]
    [InlineData("context.at < datetime(\"2030-01-01\") && context.at.offset(duration(\"1h\")) > context.at")]
    [InlineData("principal is Admin || principal.age == principal.age || true")]
    [InlineData("principal == resource.owner || principal in Group::\"g\"")]
    public void A_sound_condition_is_valid_in_both_modes(string condition)
    {
        // Of the two branches of `||`, the second is checked for users only once `is` has ruled out the others.
        var text = condition.StartsWith("principal is Admin ||", StringComparison.Ordinal)
            ? "permit(principal is Admin, action == Action::\"read\", resource) when { true || principal.age == 1 };"
            : Policy(condition);
        foreach (var mode in Enum.GetValues<ValidationMode>())
        {
            Assert.Empty(Validate(text, mode).Errors);
        }
    }

    // The reference computes && and || of literals when it reads a policy, and compares literals without asking for their types.
    [Theory]
    [InlineData("1 == true", true)]
    [InlineData("1 == (true && true)", true)]
    [InlineData("1 == (false || (true && true && false))", true)]
    [InlineData("principal is User && principal.hasTag(if true && true then \"a\" else \"b\") && principal.getTag(if true then \"a\" else \"b\") == \"v\"", true)]
    [InlineData("1 == (true || resource.size > 1)", false)]
    [InlineData("1 == (true && !true)", false)]
    [InlineData("resource.size == (true && true)", false)]
    public void Constants_are_literals(string condition, bool isValid) => Assert.Equal(isValid, Validate(Policy(condition)).IsValid);

    [Theory]
    [InlineData("principal.nam == \"x\"", "unknown-attribute")]
    [InlineData("principal is User && principal.age > 1", "optional-attribute")]
    [InlineData("context.note == \"x\"", "optional-attribute")]
    [InlineData("(context has note || principal is User) && context.note == \"x\"", "optional-attribute")]
    [InlineData("!(context has note) && context.note == \"x\"", "optional-attribute")]
    [InlineData("principal is User && principal.getTag(\"k\") == \"v\"", "unchecked-tag")]
    [InlineData("principal is User && principal.hasTag(\"k\") && principal.getTag(\"j\") == \"v\"", "unchecked-tag")]
    [InlineData("principal.name < \"x\"", "unexpected-type")]
    [InlineData("principal.name + 1 == 2", "unexpected-type")]
    [InlineData("resource.size", "unexpected-type")]
    [InlineData("principal is User && principal.rate < decimal(\"1.0\")", "unexpected-type")]
    [InlineData("context.ip.isInRange(\"10.0.0.0/8\")", "unexpected-type")]
    [InlineData("ip(\"10.0.0\").isIpv4()", "invalid-extension-literal")]
    [InlineData("context.ip.isIpv4(1)", "wrong-arity")]
    [InlineData("principal == Usr::\"x\"", "unknown-entity-type")]
    [InlineData("principal is Usr", "unknown-entity-type")]
    [InlineData("action == Action::\"raed\"", "unknown-action")]
    [InlineData("principal in Org::\"evil\"", "invalid-enum-id")]
    [InlineData("[1, \"x\"].contains(1)", "incompatible-types")]
    [InlineData("(if context has note then 1 else \"x\") == 1", "incompatible-types")]
    public void An_unsound_condition_is_refused_in_both_modes(string condition, string code)
    {
        foreach (var mode in Enum.GetValues<ValidationMode>())
        {
            Assert.Contains(Validate(Policy(condition), mode).Errors, error => error.Code == code);
        }
    }

    [Theory]
    [InlineData("resource.size == \"x\"", "incompatible-types")]
    [InlineData("[User::\"u\", Admin::\"a\"].contains(principal)", "incompatible-types")]
    [InlineData("(if context has note then principal else Group::\"g\") in Org::\"acme\"", "incompatible-types")]
    [InlineData("{ a: 1 } == { b: 1 }", "incompatible-types")]
    [InlineData("[].contains(1)", "empty-set")]
    [InlineData("ip(principal.name).isIpv4()", "non-literal-constructor")]
    public void What_only_strict_validation_asks_is_refused_by_it_alone(string condition, string code)
    {
        Assert.Contains(Validate(Policy(condition)).Errors, error => error.Code == code);
        Assert.Empty(Validate(Policy(condition), ValidationMode.Permissive).Errors);
    }

    [Theory]
    [InlineData("permit(principal, action, resource) when { false };")]
    [InlineData("permit(principal, action, resource) unless { true };")]
    [InlineData("permit(principal is Group, action, resource);")]
    [InlineData("permit(principal, action == Action::\"readish\", resource);")]
    [InlineData("permit(principal is Admin, action == Action::\"write\", resource);")]
    [InlineData("permit(principal, action, resource) when { principal == resource };")]
    [InlineData("permit(principal, action == Action::\"read\", resource) when { action in Action::\"write\" };")]
    public void A_policy_that_can_never_apply_is_warned_of(string policy) =>
        Assert.Contains(Validate(policy).Warnings, warning => warning.Code == "impossible-policy");

    [Theory]
    [InlineData("permit(principal == Group::\"g\", action == Action::\"read\", resource);", "did you mean `principal in` instead of `principal ==`?")]
    [InlineData("permit(principal, action == Action::\"write\", resource is User);", "compare the scope with the `appliesTo` of the action in the schema")]
    public void A_scope_to_which_no_action_applies_is_refused(string policy, string help)
    {
        var error = Assert.Single(Validate(policy).Errors, error => error.Code == "inapplicable-action");
        Assert.Equal(help, error.Help);
    }

    [Fact]
    public void An_error_says_where_it_is_and_what_the_nearest_name_is()
    {
        var policies = PolicySet.Parse("permit(principal, action, resource)\nwhen { principal.nam == \"x\" };", "app.cedar");
        var error = Assert.Single(Validator.Validate(policies, App).Errors, error => error.Message.StartsWith("`User`", StringComparison.Ordinal));
        Assert.Equal(("app.cedar", 2, 18), (error.Span.Source, error.Span.Line, error.Span.Column));
        Assert.Equal("did you mean `name`?", error.Help);
        Assert.Equal("app.cedar(2,18): unknown-attribute: policy0: `User` has no attribute `nam` (did you mean `name`?)", error.ToString());
    }

    [Fact]
    public void Names_of_another_namespace_are_suggested_with_it()
    {
        var schema = Schema.ParseCedar("namespace N { entity User; action read appliesTo { principal: User, resource: User }; }");
        var errors = Validator.Validate(PolicySet.Parse("permit(principal == User::\"x\", action == Action::\"read\", resource);"), schema).Errors;
        Assert.Contains(errors, error => error.Help == "did you mean `N::User`?");
        Assert.Contains(errors, error => error.Help == "did you mean `N::Action::\"read\"`?");
    }

    [Fact]
    public void A_template_is_checked_with_its_slots_open_and_a_link_with_what_fills_them()
    {
        var policies = PolicySet.Parse("permit(principal == ?principal, action == Action::\"write\", resource);");
        Assert.Empty(Validator.Validate(policies, App).Errors);
        Assert.Empty(Validator.Validate(policies.Link("policy0", "good", new("User", "u")), App).Errors);
        var error = Assert.Single(Validator.Validate(policies.Link("policy0", "bad", new("Admin", "a")), App).Errors);
        Assert.Equal(("bad", "inapplicable-action"), (error.PolicyId, error.Code));
    }

    [Fact]
    public void Text_that_changes_its_direction_is_warned_of() =>
        Assert.Contains(Validate(Policy("principal.name == \"a\u202Eb\"")).Warnings, warning => warning.Code == "hidden-text");

    [Fact]
    public void Checking_that_would_not_end_is_given_up_with_an_error()
    {
        // 1,000 actions on 1,000 x 1,000 types are a billion environments.
        var names = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"T{i}"));
        var actions = string.Join(", ", Enumerable.Range(0, 1000).Select(i => $"a{i}"));
        var schema = Schema.ParseCedar($"entity {names}; action {actions} appliesTo {{ principal: [{names}], resource: [{names}] }};");
        var result = Validator.Validate(PolicySet.Parse("permit(principal, action, resource) when { principal == principal };"), schema, ValidationMode.Strict, maxSteps: 100_000);
        Assert.Equal("too-many-steps", Assert.Single(result.Errors).Code);
    }

    [Fact]
    public void A_long_chain_of_conditions_is_checked_in_one_pass()
    {
        var schema = Schema.ParseCedar($"entity A; action a appliesTo {{ principal: A, resource: A, context: {{ {string.Join(", ", Enumerable.Range(0, 5_000).Select(i => $"x{i}?: Bool"))} }} }};");
        var chain = string.Join(" && ", Enumerable.Range(0, 5_000).Select(i => $"context has x{i} && context.x{i}"));
        var conditions = string.Concat(Enumerable.Repeat("when { context has x1 } ", 5_000));
        Assert.Empty(Validator.Validate(PolicySet.Parse($"permit(principal, action, resource) when {{ {chain} }};"), schema).Errors);
        Assert.Empty(Validator.Validate(PolicySet.Parse($"permit(principal, action, resource) {conditions};"), schema).Errors);
    }

    private static string Policy(string condition) => $"permit(principal, action in Action::\"readish\", resource) when {{ {condition} }};";

    private static ValidationResult Validate(string policy, ValidationMode mode = ValidationMode.Strict) => Validator.Validate(PolicySet.Parse(policy), App, mode);
}
