using System.Text;

using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Intents.ArgumentReading;

namespace IntentAuthz.Tests.Intents;

/// <summary>Names are found by their bytes and records share the tool's names: what policies see must not depend on it.</summary>
public sealed class KnownArgumentsTests
{
    [Theory]
    [InlineData("""{"to":"bob","amount":5,"note":"x"}""")] // all of them
    [InlineData("""{"note":"x","amount":5,"to":"bob"}""")] // in another order
    [InlineData("""{"amount":5,"to":"bob"}""")] // what is required
    [InlineData("""{"amount":5,"to":"bob","more":1}""")] // as many as all, one of them another
    [InlineData("""{"to":"bob","amount":5,"note":"x","more":1}""")]
    [InlineData("""{"t\u006f":"bob","amount":5}""")] // a name spelled with an escape is the same name
    [InlineData("""{"to":"bob","amount":5,"note":null}""")]
    public void Read_HoweverTheNamesAreWritten_PolicySeesTheSameRecord(string json)
    {
        ToolDescriptor tool = Tool(
            """{"type":"object","properties":{"to":{"type":"string"},"amount":{"type":"integer"},"note":{"type":"string"}},"required":["to","amount"],"additionalProperties":true}""",
            static t => t.AcceptUndeclaredArguments());
        CedarRecord input = Accepted(tool, json).Input;

        CedarRecord.Builder expected = new();
        foreach (System.Text.Json.JsonProperty member in System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind != System.Text.Json.JsonValueKind.Null)
            {
                expected.Add(member.Name, member.Value.ValueKind == System.Text.Json.JsonValueKind.String ? member.Value.GetString()! : member.Value.GetInt64());
            }
        }

        Assert.Equal(expected.Build(), input);
    }

    [Theory]
    [InlineData("""{"to":"bob","amount":1,"t\u006f":"eve"}""")]
    [InlineData("""{"to":"bob","amount":1,"amount":2}""")]
    public void Read_ANameTwiceInAnySpelling_IsRefused(string json) =>
        Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(ToolWith("\"to\":{},\"amount\":{}"), json).ReasonCode);

    [Fact]
    public void Read_ANameThatNeedsAnEscape_IsFoundByItsText()
    {
        ToolDescriptor tool = ToolWith("""
            "a\\b":{"type":"integer"},"a\"b":{"type":"integer"}
            """);

        Assert.Equal((CedarValue)1L, Accepted(tool, """{"a\\b":1}""").Value("a\\b"));
        Assert.Equal((CedarValue)1L, Accepted(tool, """{"a\u005cb":1}""").Value("a\\b"));
        Assert.Equal((CedarValue)1L, Accepted(tool, """{"a\"b":1}""").Value("a\"b"));
    }

    [Fact]
    public void Read_MoreArgumentsThanAreComparedOneByOne_FindsEach()
    {
        string properties = string.Join(",", Enumerable.Range(0, 40).Select(static i => $"\"argument{i}\":{{\"type\":\"integer\"}}"));
        string json = "{" + string.Join(",", Enumerable.Range(0, 40).Select(static i => $"\"argument{i}\":{i}")) + "}";

        CallArguments arguments = Accepted(ToolWith(properties), json);

        Assert.All(Enumerable.Range(0, 40), i => Assert.Equal((CedarValue)(long)i, arguments.Value($"argument{i}")));
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(ToolWith(properties), """{"argument40":1}""").ReasonCode);
    }

    [Fact]
    public void Read_BytesThatAreNoUtf8_AreRefusedWhereverTheyStand()
    {
        ToolDescriptor tool = ToolWith("\"to\":{}");
        foreach (string json in new[] { """{"to":"Z"}""", """{"Z":"x"}""", """{"to":Z}""", "Z" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(json);
            bytes[Array.IndexOf(bytes, (byte)'Z')] = 0xff;
            IntentFailure failure = Refused(tool, bytes);
            Assert.True(failure.Message.Contains("not UTF-8", StringComparison.Ordinal), $"{json}: {failure.Message}");
        }
    }
}
