using System.Text.Json.Nodes;

using CsCheck;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Schemas;

/// <summary>What the arguments of a call become is always of the type that policies were checked against.</summary>
public sealed class ConversionConformsTests
{
    [Fact]
    public void Arguments_ThatAreValidByTheirJsonSchema_ConformToTheCedarTypeMadeOfIt() =>
        Gen.Int.Sample(
            seed =>
            {
                (JsonObject schema, JsonObject arguments) = new RandomSchema(seed).Next();
                IReadOnlyCollection<string> findings = CallAsync(schema.ToJsonString(), arguments.ToJsonString()).GetAwaiter().GetResult();
                Assert.True(findings.Count == 0, $"{schema}\n{arguments}\n{string.Join('\n', findings)}");
            },
            iter: 300);

    [Theory]
    [InlineData("""{"to":{}}""")]
    [InlineData("""{"to":{"name":null}}""")]
    [InlineData("""{"to":{"name":"a"},"all":[{"name":"a"},{}]}""")]
    [InlineData("{}")]
    public async Task Arguments_WithoutAMemberThatTheSchemaRequiresAtAnyDepth_AreDenied(string arguments)
    {
        await using GuardFixture fixture = new(
            "permit(principal, action == Action::\"send\", resource);",
            static b => b.AddTool(ToolDescriptor.For("send").InputSchema("""
                {"$defs":{"N":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}},
                 "properties":{"to":{"$ref":"#/$defs/N"},"all":{"type":"array","items":{"$ref":"#/$defs/N"}}},"required":["to"]}
                """)));
        AgentTask task = await fixture.OpenAsync();

        Assert.True((await fixture.CallAsync(task, "send", """{"to":{"name":"a"},"all":[{"name":"a"}]}""")).IsCompleted);
        Assert.Equal(ReasonCodes.InvalidArguments, (await fixture.CallAsync(task, "send", arguments)).Decision.ReasonCode);
    }

    [Theory]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-03-02T09:00:00Z\"", "datetime(\"2026-03-02T09:00:00Z\")")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-03-02t10:00:00.120000+01:00\"", "datetime(\"2026-03-02T09:00:00.120Z\")")]
    [InlineData("""{"type":"string","format":"date"}""", "\"2026-03-02\"", "datetime(\"2026-03-02\")")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P1DT2H0.5S\"", "duration(\"1d2h500ms\")")]
    [InlineData("""{"type":"string","format":"duration"}""", "\"P2W\"", "duration(\"14d\")")]
    [InlineData("""{"type":"string","format":"ipv4"}""", "\"10.0.0.1\"", "ip(\"10.0.0.1\")")]
    [InlineData("""{"type":"string","format":"decimal"}""", "\"5\"", "decimal(\"5.0\")")]
    [InlineData("""{"type":"string","format":"email"}""", "\"a@b\"", "\"a@b\"")]
    [InlineData("""{"type":"number"}""", "5", "decimal(\"5.0\")")]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"number"}]}""", "5", "decimal(\"5.0\")")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "\"a\"", "\"a\"")]
    [InlineData("""{"enum":["a","b"]}""", "\"a\"", "\"a\"")]
    [InlineData("""{"const":1}""", "1", "1")]
    public async Task Value_OfAFormatOrCombination_BecomesWhatTheSchemaTypes(string schema, string value, string expected)
    {
        List<string> findings = [];
        string? seen = await SeenByPolicyAsync($$"""{"properties":{"x":{{schema}}},"required":["x"]}""", $$"""{"x":{{value}}}""", expected, findings);
        Assert.True(seen is null, seen);
        Assert.Empty(findings);
    }

    [Theory]
    [InlineData("date-time", "2026-03-02T09:00:00")] // without a zone it means nothing
    [InlineData("date-time", "2026-03-02T09:00:00.1234Z")]
    [InlineData("date-time", "2026-13-02T09:00:00Z")]
    [InlineData("date-time", "tomorrow")]
    [InlineData("duration", "P1M")] // months have no fixed length
    [InlineData("duration", "PT")]
    [InlineData("duration", "P1H")]
    [InlineData("duration", "PT1H1H")]
    [InlineData("duration", "P99999999999999999W")]
    [InlineData("ipv4", "10.0.0.0/8")]
    [InlineData("ipv6", "::zz")]
    [InlineData("decimal", "0.00001")]
    public async Task Text_ThatIsNotOfItsFormat_OrCannotBeHeldExactly_IsDenied(string format, string text)
    {
        await using GuardFixture fixture = new(
            """permit(principal is IntentAuthz::Agent, action, resource);""",
            b => b.AddTool(ToolDescriptor.For("tool").InputSchema("""{"properties":{"x":{"type":"string","format":"FORMAT"}}}""".Replace("FORMAT", format, StringComparison.Ordinal))));

        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "tool", $$"""{"x":"{{text}}"}""");

        Assert.Equal(ReasonCodes.UnrepresentableArgument, result.Decision.ReasonCode);
    }

    /// <summary>Null when policy sees the expected value; else the decision.</summary>
    private static async Task<string?> SeenByPolicyAsync(string schema, string arguments, string expected, List<string> findings)
    {
        await using GuardFixture fixture = new(
            $$"""permit(principal is IntentAuthz::Agent, action == Action::"tool", resource) when { context.input has x && context.input.x == {{expected}} };""",
            b => b.AddTool(ToolDescriptor.For("tool").InputSchema(schema)));
        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "tool", arguments);
        findings.AddRange(await CallAsync(schema, arguments));
        return result.IsCompleted ? null : result.ToString();
    }

    private static async Task<IReadOnlyCollection<string>> CallAsync(string schema, string arguments)
    {
        ConformingEngine engine = new();
        await using GuardFixture fixture = new(
            "", b => b.UsePolicyEngine(engine).AddTool(ToolDescriptor.For("tool").InputSchema(schema)));
        engine.SchemaOf = () => fixture.Policies.Schema.Schema;
        GuardResult result = await fixture.CallAsync(await fixture.OpenAsync(), "tool", arguments);
        return result.IsCompleted ? engine.Findings : [result.ToString()];
    }
}
