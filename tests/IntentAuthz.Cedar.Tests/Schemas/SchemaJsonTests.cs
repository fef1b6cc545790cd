namespace IntentAuthz.Cedar.Tests.Schemas;

/// <summary>The JSON form, and writing both forms. The cases of acceptance were compared with the reference.</summary>
public sealed class SchemaJsonTests
{
    [Theory]
    [InlineData("""{"": {"entityTypes": {"A": {"enum": ["a"]}}, "actions": {"a": {"appliesTo": null, "memberOf": null, "attributes": null}}}}""")]
    [InlineData("""{"": {"entityTypes": {"A": {"shape": {"type": "T"}}}, "actions": {}, "commonTypes": {"T": {"type": "Record", "attributes": {}}}}}""")]
    [InlineData("""{"N": {"entityTypes": {"A": {"annotations": {"if": "b", "c": null}}}, "actions": {}, "annotations": {"a": "b"}}}""")]
    [InlineData("""{"": {"entityTypes": {"A": {}}, "actions": {"a": {"appliesTo": {"principalTypes": ["A"], "resourceTypes": []}}}}}""")]
    [InlineData("""{"": {"entityTypes": {"A": {"tags": {"type": "EntityOrCommon", "name": "__cedar::String"}}}, "actions": {}}}""")]
    public void Json_of_a_lawful_schema_is_accepted(string json)
    {
        var isAccepted = Schema.TryParseJson(json, null, out _, out var errors);
        Assert.True(isAccepted, string.Join(Environment.NewLine, errors));
    }

    [Theory]
    [InlineData("[]", "invalid-json")]
    [InlineData("{", "invalid-json")]
    [InlineData("{} x", "invalid-json")]
    [InlineData("""{"": {}}""", "missing-field")]
    [InlineData("""{"": {"entityTypes": {}, "actions": {}, "actions": {}}}""", "duplicate-key")]
    [InlineData("""{"": {"entityTypes": {"A": {"shap": {}}}, "actions": {}}}""", "unknown-field")]
    [InlineData("""{"": {"entityTypes": {"A": {"tags": null}}, "actions": {}}}""", "invalid-json")]
    [InlineData("""{"": {"entityTypes": {"A": {"enum": ["a"], "memberOfTypes": []}}, "actions": {}}}""", "unknown-field")]
    [InlineData("""{"": {"entityTypes": {"A": {"shape": {"type": "Record", "attributes": {}, "additionalAttributes": true}}}, "actions": {}}}""", "unsupported-feature")]
    [InlineData("""{"": {"entityTypes": {}, "actions": {"a": {"attributes": {}}}}}""", "unsupported-feature")]
    [InlineData("""{"": {"entityTypes": {"A B": {}}, "actions": {}}}""", "invalid-name")]
    [InlineData("""{"": {"entityTypes": {}, "actions": {}, "annotations": {"a": "b"}}}""", "unknown-field")]
    [InlineData("""{"": {"entityTypes": {"A": {"tags": {"type": "Extension", "name": "foo"}}}, "actions": {}}}""", "unknown-extension-type")]
    [InlineData("""{"": {"entityTypes": {"A": {"tags": {"type": "Entity", "name": "String"}}}, "actions": {}}}""", "unknown-type")]
    public void Json_that_breaks_a_rule_is_refused_with_the_code_of_the_rule(string json, string code)
    {
        var isAccepted = Schema.TryParseJson(json, null, out _, out var errors);
        Assert.False(isAccepted, "the schema was accepted");
        Assert.Contains(errors, error => error.Code == code);
    }

    [Fact]
    public void Errors_in_json_have_positions_too()
    {
        Schema.TryParseJson("{\"\": {\"entityTypes\": {\n  \"Ä\": {}}, \"actions\": {}}}", "app.json", out _, out var errors);
        Assert.Equal(new SourceSpan("app.json", 25, 29, 2, 3), Assert.Single(errors).Span);
    }

    [Fact]
    public void Text_survives_the_way_through_json_and_back()
    {
        const string Text = """
            @doc("say \"hi\"")
            namespace App {
              type Address = {
                street: String,
                "zip code"?: __cedar::Long
              };

              @internal
              entity User in [Group] = {
                @pii
                home: Address
              } tags Set<String>;

              entity Group enum ["staff", "guests"];

              action "read" in ["any", App::Action::"all"] appliesTo {
                principal: [User],
                resource: [User],
                context: Address
              };

              action "any";

              action "all";
            }

            """;
        var written = SchemaFragment.ParseCedar(Text).ToCedar();
        Assert.Equal(Text, written);
        Assert.Equal(Text, SchemaFragment.ParseJson(SchemaFragment.ParseCedar(Text).ToJson()).ToCedar());
    }

    [Fact]
    public void What_text_cannot_express_is_not_written_as_text()
    {
        var sharedName = SchemaFragment.ParseJson("""{"N": {"entityTypes": {"A": {"tags": {"type": "Entity", "name": "A"}}}, "actions": {}, "commonTypes": {"A": {"type": "Long"}}}}""");
        var namedShape = SchemaFragment.ParseJson("""{"": {"entityTypes": {"A": {"shape": {"type": "T"}}}, "actions": {}, "commonTypes": {"T": {"type": "Record", "attributes": {}}}}}""");
        Assert.Null(sharedName.ToCedar());
        Assert.Null(namedShape.ToCedar());
    }
}
