using System.Diagnostics;
using System.Text;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Schemas;

/// <summary>Input schemas that a tool server wrote to do harm: they cost little, and what is read of them means what it says.</summary>
public sealed class HostileSchemaTests
{
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(10); // what is bounded takes well under one

    private static PolicySchema Read(string schema)
    {
        long start = Stopwatch.GetTimestamp();
        PolicySchema created = PolicySchema.Create([ToolDescriptor.For("tool").InputSchema(schema).Build()]);
        Assert.True(Stopwatch.GetElapsedTime(start) < s_soon, "Reading the schema took too long.");
        return created;
    }

    [Fact]
    public void Create_OneTypeListedThousandsOfTimes_IsReadOnce()
    {
        string types = string.Join(',', Enumerable.Repeat("\"object\"", 20_000));
        string members = string.Join(',', Enumerable.Range(0, 20_000).Select(static i => $"\"m{i}\":{{}}"));
        Read("{\"properties\":{\"x\":{\"type\":[" + types + "],\"properties\":{" + members + "}}}}");
    }

    [Fact]
    public void Create_LongNamesInOneAnother_AreNotRepeatedForEachPartBelow()
    {
        StringBuilder schema = new();
        for (int i = 0; i < 15; i++)
        {
            schema.Append("{\"properties\":{\"").Append((char)('a' + i), 20_000).Append("\":");
        }

        schema.Append("{\"properties\":{").AppendJoin(',', Enumerable.Range(0, 5_000).Select(static i => $"\"m{i}\":{{}}")).Append("}}");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(schema.Append('}', 30).ToString());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000_000);
    }

    [Fact]
    public void Create_ANameThatIsNoText_IsRefusedByName()
    {
        Exception refused = Assert.ThrowsAny<Exception>(static () => Read("""{"properties":{"x\ud800":{"type":"string"}}}"""));
        Assert.True(refused is InvalidOperationException or PolicyLoadException, refused.ToString());
        Assert.Contains("tool", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("decimal")]
    [InlineData("String")]
    [InlineData("Action")]
    public void Create_AResourceTypeOfTheNameOfABuiltInOne_IsRefused(string type)
    {
        PolicyLoadException refused = Assert.Throws<PolicyLoadException>(() => PolicySchema.Create([
            ToolDescriptor.For("tool").Resource(type, "id").InputSchema("""{"properties":{"id":{"type":"string"},"n":{"type":"number"}}}""").Build()]));
        Assert.Contains(type, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"":{"entityTypes":{"String":{}},"actions":{}}}""")]
    [InlineData("""{"":{"entityTypes":{},"actions":{},"commonTypes":{"decimal":{"type":"Long"}}}}""")]
    public void Create_ADeclarationInJsonThatHidesABuiltInType_IsRefusedAsInText(string declared) =>
        Assert.Contains("hides the built-in type", Assert.Throws<PolicyLoadException>(() => PolicySchema.Create([], SchemaFragment.ParseJson(declared))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("__entity")]
    [InlineData("__extn")]
    [InlineData("if")]
    [InlineData("")]
    [InlineData("a\\u0000\\\"b\\nc")]
    public void Create_AnArgumentOfAnOddName_CanBeReadByPolicies(string name)
    {
        PolicySchema created = Read("{\"properties\":{\"" + name + "\":{\"type\":\"integer\"}}}");
        string escaped = name.Replace("\\u0000", "\\0", StringComparison.Ordinal);
        PolicySet policies = PolicySet.Parse($"permit(principal, action == Action::\"tool\", resource) when {{ context.input has \"{escaped}\" && context.input[\"{escaped}\"] == 1 }};");
        Assert.Empty(Validator.Validate(policies, created.Schema, ValidationMode.Strict).Errors);
    }
}
