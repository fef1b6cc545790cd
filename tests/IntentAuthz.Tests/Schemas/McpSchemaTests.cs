using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Tool lists come from servers: what is wrong with one is said, and nothing in it makes the generator fail otherwise.</summary>
public sealed class McpSchemaTests
{
    private static readonly SchemaFragment s_stub = SchemaFragment.ParseCedar("""
        namespace Mail {
          @mcp_principal("User") entity User;
          @mcp_resource("Server") entity Server;
          @mcp_context("session") type Session = { at: datetime };
          @mcp_action("call") action call;
        }
        """);

    [Fact]
    public void Generate_OneTool_IsAnActionOfTheStubsNamespace()
    {
        Schema schema = Schema.Create([McpSchema.Generate(
            s_stub,
            """{"result":{"tools":[{"name":"send","inputSchema":{"type":"object","properties":{"to":{"$ref":"#/$defs/address"},"urgent":{"type":"boolean"}},"required":["to"]}}],"$defs":{"address":{"type":"string"}}}}""")]);

        Assert.True(Validator.Validate(PolicySet.Parse("""
            permit(principal is Mail::User, action in Mail::Action::"call", resource) when { context.input.to like "*@acme.example" && context.session.at > datetime("2026-01-01") };
            """), schema).IsValid);
    }

    [Theory]
    [InlineData("5", "tools/list")]
    [InlineData("""{"result":{}}""", "no array 'tools'")]
    [InlineData("""[{"inputSchema":{}}]""", "'name'")]
    [InlineData("""[{"name":"send"}]""", "'inputSchema'")]
    [InlineData("""[{"name":"send-mail","inputSchema":{}}]""", "'send-mail' is no identifier")]
    [InlineData("""[{"name":"in","inputSchema":{}}]""", "'in' is no identifier")]
    [InlineData("""[{"name":"send","inputSchema":{"properties":{"x; entity User":{"type":"string"}}}}]""", "no identifier")]
    [InlineData("""[{"name":"send","inputSchema":{"properties":{"x":{"type":"text"}}}}]""", "send/x")]
    [InlineData("""[{"name":"send","inputSchema":{"properties":{"x":{"$ref":"#/$defs/y"}}}}]""", "#/$defs/y")]
    [InlineData("""[{"name":"send","inputSchema":{"properties":{"x":{"type":"string","enum":[]}}}}]""", "'enum'")]
    [InlineData("""[{"name":"send","inputSchema":{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}}]""", "defined by itself")]
    [InlineData("""[{"name":"send","inputSchema":{}},{"name":"send","inputSchema":{}}]""", "sendInput")]
    public void Generate_ToolListThatIsWrong_IsRefusedWithThePlace(string tools, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => McpSchema.Generate(s_stub, tools)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("entity User;")]
    [InlineData("namespace A { entity User; entity Server; }")]
    [InlineData("namespace A { @mcp_principal entity User; } namespace B { @mcp_resource entity Server; }")]
    public void Generate_StubWithoutNamespaceOrAnnotations_IsRefused(string stub) =>
        Assert.Throws<FormatException>(() => McpSchema.Generate(SchemaFragment.ParseCedar(stub), "[]"));

    [Fact]
    public void Generate_ToolListThatNestsTooDeepOrIsTooLong_IsRefused()
    {
        string deep = string.Concat(Enumerable.Repeat("""{"type":"array","items":""", 100)) + "{}" + new string('}', 100);

        Assert.ThrowsAny<JsonException>(() => McpSchema.Generate(s_stub, "[{\"name\":\"a\",\"inputSchema\":{\"properties\":{\"x\":" + deep + "}}}]"));
        Assert.Throws<FormatException>(() => McpSchema.Generate(s_stub, new string(' ', McpSchema.MaxLength + 1)));
    }

    [Fact]
    public void Generate_FlattenedNamesThatMeet_AreRefused() => Assert.Throws<FormatException>(() => McpSchema.Generate(
        s_stub,
        """[{"name":"a","inputSchema":{"properties":{"x":{"type":"object","properties":{"y":{"type":"object"}}},"x_y":{"type":"object"}}}}]""",
        new McpSchemaOptions { FlattenNamespaces = true }));
}
