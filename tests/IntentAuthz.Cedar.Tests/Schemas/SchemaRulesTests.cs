namespace IntentAuthz.Cedar.Tests.Schemas;

/// <summary>What the human-readable form allows and refuses. Every case was compared with the reference.</summary>
public sealed class SchemaRulesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("entity A, B in [A] = { x: Long, \"y z\"?: Set<Set<Bool>>, } tags Set<String>;")]
    [InlineData("entity A in [B]; entity B in [A];")]
    [InlineData("entity String; entity B { x: String };")]
    [InlineData("entity A { x: Action }; action x;")]
    [InlineData("entity A enum [\"a\", \"a\"]; entity B in A;")]
    [InlineData("entity A; type A = { x: Long }; entity B { y: A };")]
    [InlineData("entity principal; entity type { context: principal };")]
    [InlineData("entity Set; entity A { x: Set };")]
    [InlineData("@doc(\"x\") @in entity A { @q x: __cedar::ipaddr };")]
    [InlineData("action a, \"b c\" in [d, \"e\"] appliesTo { principal: A, resource: [A], context: C, }; action d, e attributes {}; type C = {}; entity A;")]
    [InlineData("namespace N { action a in [Action::\"b\"]; } action b;")]
    [InlineData("namespace A::B { entity X; } entity Y { x: A::B::X };")]
    [InlineData("entity A { x: Long, x: String };")]
    public void Text_of_a_lawful_schema_is_accepted(string text)
    {
        var isAccepted = Schema.TryParseCedar(text, null, out _, out var errors);
        Assert.True(isAccepted, string.Join(Environment.NewLine, errors));
    }

    [Theory]
    [InlineData("entity in;", "reserved-identifier")]
    [InlineData("entity A, ;", "unexpected-token")]
    [InlineData("entity A enum [];", "unexpected-token")]
    [InlineData("entity A { x: Set<Long };", "unexpected-token")]
    [InlineData("entity A { a: Long b: Long };", "unexpected-token")]
    [InlineData("namespace N { }; entity C;", "unexpected-token")]
    [InlineData("entity A; entity A;", "duplicate-declaration")]
    [InlineData("action a; action \"a\";", "duplicate-declaration")]
    [InlineData("namespace N { } namespace N { }", "duplicate-namespace")]
    [InlineData("entity __cedar;", "reserved-name")]
    [InlineData("namespace A::__cedar { entity X; }", "reserved-name")]
    [InlineData("type String = Long;", "reserved-type-name")]
    [InlineData("@a @a entity A;", "duplicate-annotation")]
    [InlineData("entity Action;", "action-entity-type")]
    [InlineData("entity A { x: Nope };", "unknown-type")]
    [InlineData("entity A { x: __cedar::foo };", "unknown-type")]
    [InlineData("entity A in B;", "unknown-entity-type")]
    [InlineData("entity A in [Action]; action x;", "unknown-entity-type")]
    [InlineData("type T = A; entity A; action a appliesTo { principal: T, resource: A };", "unknown-entity-type")]
    [InlineData("action a in b;", "unknown-action")]
    [InlineData("entity A; namespace N { entity A; }", "shadowed-type")]
    [InlineData("type A = Long; namespace N { entity A; }", "shadowed-type")]
    [InlineData("action a; namespace N { action a; }", "shadowed-action")]
    [InlineData("type A = { x: Set<A> };", "type-cycle")]
    [InlineData("type A = { x: B }; type B = Set<A>;", "type-cycle")]
    [InlineData("action a in a;", "action-cycle")]
    [InlineData("action a in b; action b in c; action c in a;", "action-cycle")]
    [InlineData("entity A; type C = Long; action a appliesTo { principal: A, resource: A, context: C };", "not-a-record")]
    [InlineData("action a appliesTo { principal: [], resource: A }; entity A;", "empty-applies-to")]
    [InlineData("action a appliesTo { principal: A }; entity A;", "incomplete-applies-to")]
    [InlineData("action a appliesTo { principal: A, resource: A, principal: A }; entity A;", "duplicate-applies-to")]
    public void Text_that_breaks_a_rule_is_refused_with_the_code_of_the_rule(string text, string code)
    {
        var isAccepted = Schema.TryParseCedar(text, null, out _, out var errors);
        Assert.False(isAccepted, "the schema was accepted");
        Assert.Contains(errors, error => error.Code == code);
    }

    [Fact]
    public void An_unknown_type_is_reported_where_it_stands_with_the_nearest_name()
    {
        Schema.TryParseCedar("entity User;\nentity Doc {\n  owner: Usr\n};", "app.cedarschema", out _, out var errors);
        var error = Assert.Single(errors);
        Assert.Equal(new SourceSpan("app.cedarschema", 35, 38, 3, 10), error.Span);
        Assert.Equal("did you mean `User`?", error.Help);
    }

    [Fact]
    public void All_unknown_names_are_reported_in_one_run()
    {
        Schema.TryParseCedar("entity A in B { c: C };\naction d in e appliesTo { principal: F, resource: A };", null, out _, out var errors);
        Assert.Equal(["unknown-entity-type", "unknown-type", "unknown-action", "unknown-entity-type"], errors.Select(error => error.Code));
    }

    [Fact]
    public void Fragments_refer_to_one_another_and_may_share_a_namespace()
    {
        var schema = Schema.Create(
        [
            SchemaFragment.ParseCedar("namespace App { entity User; action read appliesTo { principal: User, resource: Doc }; }"),
            SchemaFragment.ParseJson("""{"App": {"entityTypes": {"Doc": {}}, "actions": {}}}"""),
        ]);
        Assert.Equal(["App::Doc"], schema.ResourceTypesOf(new("App::Action", "read")));
    }

    [Fact]
    public void What_is_declared_in_two_fragments_is_refused()
    {
        SchemaFragment[] fragments = [SchemaFragment.ParseCedar("entity A;"), SchemaFragment.ParseCedar("entity A;", "second")];
        Assert.False(Schema.TryCreate(fragments, out _, out var errors));
        Assert.Equal("second", Assert.Single(errors).Span.Source);
    }

    [Fact]
    public void Declarations_that_hide_others_are_warned_of()
    {
        var schema = Schema.ParseCedar("entity ipaddr; entity A; type A = Long; entity B { x: Long, x: Bool };");
        Assert.Equal(["repeated-attribute", "shadows-entity-type", "shadows-built-in"], schema.Warnings.Select(warning => warning.Code));
    }
}
