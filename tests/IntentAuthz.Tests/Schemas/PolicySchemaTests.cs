using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Schemas;

/// <summary>What the tools of a host become as a Cedar schema.</summary>
public sealed class PolicySchemaTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", "x?: String")]
    [InlineData("""{"type":"integer"}""", "x?: Long")]
    [InlineData("""{"type":"number"}""", "x?: decimal")]
    [InlineData("""{"type":"boolean"}""", "x?: Bool")]
    [InlineData("""{"type":"string","format":"date-time"}""", "x?: datetime")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "x?: Set<Long>")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", "x?: { a: String }")]
    [InlineData("""{"$ref":"#/$defs/N"}""", "x?: decimal")]
    [InlineData("""{"oneOf":[{"type":"null"},{"type":"string"}]}""", "x?: String")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]}""", "x?: { a?: String, b?: Long }")]
    [InlineData("""{"type":["string","integer"]}""", "x?: IntentAuthz::Untyped", PolicySchemaNoteCodes.SeveralTypes, "/properties/x")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "x?: IntentAuthz::Untyped", PolicySchemaNoteCodes.SeveralTypes, "/properties/x/anyOf")]
    [InlineData("{}", "x?: IntentAuthz::Untyped", PolicySchemaNoteCodes.Untyped, "/properties/x")]
    [InlineData("""{"type":"string","enum":["a"]}""", "x?: String", PolicySchemaNoteCodes.ValuesNotChecked, "/properties/x")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", "x?: {}", PolicySchemaNoteCodes.OpenObject, "/properties/x")]
    [InlineData("""{"$ref":"#/$defs/Tree"}""", "x?: { left?: IntentAuthz::Untyped, name?: String }", PolicySchemaNoteCodes.RecursiveReference, "/$defs/Tree/properties/left")]
    [InlineData("""{"$ref":"https://example.com/s.json"}""", "x?: IntentAuthz::Untyped", PolicySchemaNoteCodes.UnresolvedReference, "/properties/x")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"number"}],"items":false}""", "x?: Set<decimal>", PolicySchemaNoteCodes.PlacesLost, "/properties/x")]
    public void Create_ArgumentOfAJsonType_HasTheCedarType_AndANoteOfWhatIsLost(string schema, string type, string? code = null, string? path = null)
    {
        const string Definitions = """{"N":{"type":"number"},"Tree":{"type":"object","properties":{"name":{"type":"string"},"left":{"$ref":"#/$defs/Tree"}}}}""";
        PolicySchema created = PolicySchema.Create([Tool($$$"""{"properties":{"x": {{{schema}}} },"$defs": {{{Definitions}}} }""")]);

        Assert.Contains($"input: {{ {type} }}", Flat(created), StringComparison.Ordinal);
        Assert.Equal(code is null ? [] : [(code, "tool", path)], created.Notes.Select(static n => (n.Code, n.Tool, (string?)n.Path)));
    }

    [Fact]
    public void Create_WhatTheDescriptorSaysOfAnArgument_CountsBeforeItsJsonSchema()
    {
        PolicySchema created = PolicySchema.Create([
            ToolDescriptor.For("tool")
                .InputSchema("""{"properties":{"text":{"type":"number"},"filled":{"type":"integer"},"file":{},"free":{"type":"string"}},"required":["text","file","free"]}""")
                .Argument("text", ArgumentRole.Magnitude, mapToString: true)
                .Argument("filled", ArgumentRole.Selector, defaultJson: "5")
                .HostOnlyArgument("file")
                .Build()]);

        Assert.Contains("input: { filled: Long, free: String, text: String }", Flat(created), StringComparison.Ordinal);
        Assert.Empty(created.Notes);
    }

    [Fact]
    public void Create_ArgumentWithoutAnySchema_IsThereAndHasNoType()
    {
        PolicySchema created = PolicySchema.Create([ToolDescriptor.For("tool").Argument("to", ArgumentRole.Target).Build()]);

        Assert.Contains("input: { to?: IntentAuthz::Untyped }", Flat(created), StringComparison.Ordinal);
        Assert.Contains("mapToString", Assert.Single(created.Notes).Help, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_ToolsThatShareAnAction_TakeWhatEitherTakes()
    {
        PolicySchema created = PolicySchema.Create([
            ToolDescriptor.For("a").Action("send").InActionGroups("g").InputSchema("""{"properties":{"to":{"type":"string"},"n":{"type":"integer"}},"required":["to","n"]}""").Build(),
            ToolDescriptor.For("b").Action("send").Resource("Box", "to").InputSchema("""{"properties":{"to":{"type":"string"},"n":{"type":"number"},"cc":{"type":"string"}},"required":["to","n","cc"]}""").Build()]);

        string text = Flat(created);
        Assert.Contains("input: { cc?: String, n?: IntentAuthz::Untyped, to: String }", text, StringComparison.Ordinal);
        Assert.Contains("resource: [Box, IntentAuthz::Tool]", text, StringComparison.Ordinal);
        Assert.Equal(["/properties/cc", "/properties/n"], created.Notes.Where(static n => n.Code == PolicySchemaNoteCodes.SharedAction).Select(static n => n.Path));
        Assert.Contains(created.Notes, static n => n.Code == PolicySchemaNoteCodes.UndeclaredResource);
    }

    [Fact]
    public void Create_IntegerHereAndNumberThere_NeverMeetInOneType()
    {
        // A tool's own schema decides how its argument is converted: 5 is a Long for the one and a Decimal for the other.
        PolicySchema created = PolicySchema.Create([
            ToolDescriptor.For("a").Action("send").InputSchema("""{"properties":{"n":{"type":"integer"}}}""").Build(),
            ToolDescriptor.For("b").Action("send").InputSchema("""{"properties":{"n":{"type":"number"}}}""").Build()]);

        Assert.Contains("input: { n?: IntentAuthz::Untyped }", Flat(created), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_WhatTheHostDeclares_IsAddedToWhatTheLibrarySays()
    {
        PolicySchema created = PolicySchema.Create(
            [ToolDescriptor.For("read").Resource("Docs::File", "path").InputSchema("""{"properties":{"path":{"type":"string"}}}""").Build()],
            SchemaFragment.ParseCedar("""
                namespace IntentAuthz { entity Agent in [Docs::Team] = { clearance: Long }; }
                namespace Docs { entity Team; entity File in [File] = { owner: IntentAuthz::Person }; }
                """));

        string text = Flat(created);
        Assert.Contains("entity Agent in [AgentGroup, Docs::Team] = { owner: String, tenant: String, attested: Bool, spiffe?: String, clearance: Long };", text, StringComparison.Ordinal);
        Assert.Contains("entity File in [File] = { owner: IntentAuthz::Person };", text, StringComparison.Ordinal);
        Assert.Empty(created.Notes);
        Assert.True(Validator.Validate(PolicySet.Parse("""permit(principal, action == Action::"read", resource) when { resource.owner in IntentAuthz::Role::"x" && principal.clearance > 1 };"""), created.Schema).IsValid);
        Assert.NotNull(Schema.ParseCedar(created.ToCedar()));
    }

    [Theory]
    [InlineData("Approve", "", "administrative action")]
    [InlineData("read", "entity Person;", "IntentAuthz::Person")]
    [InlineData("read", "namespace IntentAuthz { entity Agent = { owner: String }; }", "'owner', which the library sets")]
    [InlineData("read", "namespace IntentAuthz { entity Order; }", "namespace is the library's")]
    [InlineData("read", "namespace IntentAuthz { entity PolicySet = { x: String }; }", "namespace is the library's")]
    [InlineData("read", "type decimal = String;", "hides")]
    [InlineData("read", "action read;", "take it out")]
    [InlineData("read", "entity File = { owner: Persn };", "host.cedarschema(1,24)")]
    public void Create_DeclarationsThatDoNotFitTogether_AreRefusedWithTheFix(string action, string schema, string expected)
    {
        PolicyLoadException refused = Assert.Throws<PolicyLoadException>(
            () => PolicySchema.Create([ToolDescriptor.For("tool").Action(action).Build()], SchemaFragment.ParseCedar(schema, "host.cedarschema")));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"properties":{"x":{"$ref":"#"}}}""")]
    [InlineData("""{"$ref":"#"}""")]
    [InlineData("""{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"$ref":"#/$defs/A"}}}""")]
    [InlineData("""{"properties":{"x":{"$ref":"#/properties/9"}}}""")]
    [InlineData("""{"properties":5,"required":"x"}""")]
    [InlineData("""{"type":{},"anyOf":[]}""")]
    [InlineData("""{"properties":{"x":{"type":"array","items":[1],"prefixItems":[true,null]}}}""")]
    public void Create_SchemaThatMakesNoSense_IsLeftUntyped(string schema) => Assert.NotNull(PolicySchema.Create([Tool(schema)]));

    [Fact]
    public void Create_SchemaWhoseReferencesDouble_IsReadOnlySoFar()
    {
        string doubling = string.Join(',', Enumerable.Range(0, 40).Select(static i =>
            "\"D" + i + "\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/D" + (i + 1) + "\"},\"b\":{\"$ref\":\"#/$defs/D" + (i + 1) + "\"}}}"));

        PolicySchema created = PolicySchema.Create([Tool("{\"properties\":{\"x\":{\"$ref\":\"#/$defs/D0\"}},\"$defs\":{" + doubling + "}}")]);

        Assert.Contains(created.Notes, static n => n.Code == PolicySchemaNoteCodes.TooLarge);
    }

    private static ToolDescriptor Tool(string schema) => ToolDescriptor.For("tool").InputSchema(schema).Build();

    /// <summary>The schema without its line breaks.</summary>
    private static string Flat(PolicySchema schema) => string.Join(' ', schema.ToCedar().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
