using System.Text;
using System.Text.Json;

using CsCheck;

using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Intents.ArgumentReading;

namespace IntentAuthz.Tests.Intents;

/// <summary>A value is made when somebody asks for it: in whichever way one asks, and in whichever order, it is the same.</summary>
public sealed class CallArgumentsTests
{
    private const string Schema = """
        {"type":"object","additionalProperties":true,"properties":{
          "text":{"type":"string"},"whole":{"type":"integer"},"number":{"type":"number"},"flag":{"type":"boolean"},"any":{},
          "at":{"type":"string","format":"date-time"},"ip":{"type":"string","format":"ipv4"},"list":{"type":"array"},"inner":{"type":"object"}}}
        """;

    private static readonly ToolDescriptor s_tool = Tool(Schema, static t => t.AcceptUndeclaredArguments());

    [Theory]
    [InlineData("text", "\"bob\"")]
    [InlineData("text", "\"\"")]
    [InlineData("text", "\"b\\u006fb \\\"x\\\"\"")]
    [InlineData("text", "\"é€\"")]
    [InlineData("whole", "-9223372036854775808")]
    [InlineData("whole", "1e3")]
    [InlineData("number", "1.5")]
    [InlineData("number", "7")]
    [InlineData("flag", "true")]
    [InlineData("any", "12")]
    [InlineData("any", "1.25")]
    [InlineData("any", "\"x\"")]
    [InlineData("any", "false")]
    [InlineData("at", "\"2026-01-02T03:04:05Z\"")]
    [InlineData("ip", "\"10.0.0.1\"")]
    [InlineData("list", "[1,\"a\"]")]
    [InlineData("inner", "{\"a\":1}")]
    [InlineData("undeclared", "\"x\"")]
    public void Value_ReadInEachWay_IsTheSame(string name, string json)
    {
        CallArguments one = Accepted(s_tool, $$"""{"{{name}}":{{json}}}"""), other = Accepted(s_tool, $$"""{"{{name}}":{{json}}}""");
        CedarValue expected = Accepted(s_tool, $$"""{"{{name}}":{{json}}}""").Input[name];

        AssertReads(one, name, expected);
        Assert.Equal(expected, one.Find(name));
        Assert.Equal(expected, one.Input[name]);
        Assert.Equal(expected, other.Find(name));
        AssertReads(other, name, expected);
        Assert.True(one.Has(name));
    }

    [Fact]
    public void Value_ThatIsNotGiven_IsAbsent()
    {
        CallArguments arguments = Accepted(s_tool, """{"whole":1,"text":null}""");

        foreach (string name in new[] { "text", "flag", "nowhere" })
        {
            Assert.False(arguments.Has(name), name);
            Assert.Null(arguments.Find(name));
            Assert.False(arguments.TryRead(name, out CedarScalar value) && value.IsPresent, name);
        }

        Assert.Equal(["whole"], arguments.Input.Keys);
    }

    [Fact]
    public void Values_ThatAnyCallGives_AreWhatTheDocumentSays()
    {
        Gen<string> text = Gen.String[Gen.Char["ab\"\\é€ \u0001<"], 0, 5];
        Gen.Select(text, Gen.Long, Gen.Int[-1_000_000, 1_000_000], Gen.Bool, Gen.Int[0, 15]).Sample((t, whole, scaled, flag, which) =>
        {
            Dictionary<string, object> given = [];
            void Add(int bit, string name, object value)
            {
                if ((which & bit) != 0)
                {
                    given.Add(name, value);
                }
            }

            Add(1, "text", t);
            Add(2, "whole", whole);
            Add(4, "number", scaled / 10_000m);
            Add(8, "flag", flag);
            CallArguments arguments = Accepted(s_tool, JsonSerializer.Serialize(given));
            CedarRecord.Builder expected = new();
            foreach ((string name, object value) in given)
            {
                expected.Add(name, value switch
                {
                    string s => s,
                    long n => n,
                    bool b => b,
                    _ => CedarDecimal.FromScaled(scaled),
                });
                AssertReads(arguments, name, expected.Build()[name]);
            }

            Assert.Equal(expected.Build(), arguments.Input);
            Assert.Equal(given.Count, arguments.Json.EnumerateObject().Count());
        });
    }

    [Fact]
    public void Read_OfPlainValues_MakesTheBytesThePlacesAndNoDocument()
    {
        ToolDescriptor tool = ToolWith("\"to\":{\"type\":\"string\"},\"amount\":{\"type\":\"integer\"}");
        ToolCall call = new("pay", Encoding.UTF8.GetBytes("""{"to":"ACME","amount":20}"""));
        ArgumentReader reader = new(Limits);
        long least = long.MaxValue;
        for (int round = 0; round < 200; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _ = reader.Read(tool, call, out CallArguments arguments, out _);
            _ = arguments.TryRead("amount", out _);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.True(least <= 168, $"reading two arguments allocates {least} B: 56 each for the bytes, the places and the object are enough");
    }

    [Fact]
    public async Task Values_AskedForByManyThreadsAtOnce_AreTheSame()
    {
        for (int round = 0; round < 200; round++)
        {
            CallArguments arguments = Accepted(s_tool, """{"text":"some text that is made when asked for","whole":5}""");
            CedarRecord[] seen = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() =>
            {
                Assert.Equal(5, arguments.Json.GetProperty("whole").GetInt64());
                Assert.True(arguments.TryRead("text", out CedarScalar text) && text == "some text that is made when asked for", $"thread {i} read {text}");
                Assert.True(arguments.TryRead("whole", out CedarScalar whole) && whole == 5, $"thread {i} read {whole}");
                return arguments.Input;
            })));
            Assert.All(seen, input => Assert.Equal((CedarValue)"some text that is made when asked for", input["text"]));
        }
    }

    private static void AssertReads(CallArguments arguments, string name, CedarValue expected)
    {
        if (arguments.TryRead(name, out CedarScalar value))
        {
            Assert.Equal(CedarScalar.From(expected), value);
        }
        else
        {
            Assert.True(name == "undeclared" || expected is CedarSet or CedarRecord or CedarIpAddress, $"'{name}' has a plain form, and was not read as one.");
        }
    }
}
