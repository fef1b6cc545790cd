using IntentAuthz.Cedar;

using static IntentAuthz.Tests.Intents.ArgumentReading;

namespace IntentAuthz.Tests.Intents;

/// <summary>What policy sees of an argument: the type its schema says, the exact value, or nothing.</summary>
public sealed class ArgumentConverterTests
{
    [Theory]
    [InlineData("""{"type":"integer"}""", "5", "5")]
    [InlineData("""{"type":"integer"}""", "5.0", "5")]
    [InlineData("""{"type":"integer"}""", "5e0", "5")]
    [InlineData("""{"type":"integer"}""", "9223372036854775807", "9223372036854775807")]
    [InlineData("""{"type":["integer","null"]}""", "5", "5")]
    [InlineData("{}", "5", "5")]
    public void Convert_Integer_IsLong(string schema, string value, string expected) =>
        Assert.Equal(expected, Assert.IsType<CedarLong>(Converted(schema, value)).ToString());

    [Theory]
    [InlineData("""{"type":"number"}""", "5")]
    [InlineData("""{"type":"number"}""", "5.0")]
    [InlineData("""{"type":["number","null"]}""", "50e-1")]
    [InlineData("{}", "5.0")]
    [InlineData("{}", "5e0")]
    public void Convert_Number_IsAlwaysDecimal(string schema, string value)
    {
        Assert.True(CedarDecimal.TryFromDecimal(5m, out CedarDecimal? five));
        Assert.Equal(five, Assert.IsType<CedarDecimal>(Converted(schema, value)));
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "0.5")]
    [InlineData("""{"type":"integer"}""", "9223372036854775808")]
    [InlineData("""{"type":"number"}""", "0.00001")]
    [InlineData("""{"type":"number"}""", "922337203685477.5808")]
    [InlineData("{}", "9223372036854775808")]
    [InlineData("{}", "1e-2147483648")]
    [InlineData("{}", "1e-5")]
    public void Convert_NumberThatCedarCannotHold_IsRefusedAndNamesTheFix(string schema, string value)
    {
        IntentFailure failure = Refused(ToolWith($"\"x\":{schema}"), $$"""{"x":{{value}}}""");

        Assert.Equal(ReasonCodes.UnrepresentableArgument, failure.ReasonCode);
        Assert.Contains("mapToString", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "\"5\"")]
    [InlineData("""{"type":"string"}""", "5")]
    [InlineData("""{"type":"boolean"}""", "\"true\"")]
    [InlineData("""{"type":"boolean"}""", "1")]
    [InlineData("""{"type":"array"}""", "{}")]
    [InlineData("""{"type":"object"}""", "[]")]
    [InlineData("""{"type":"array","items":{"type":"integer"}}""", "[1,\"2\"]")]
    [InlineData("""{"type":["string","null"]}""", "5")]
    public void Convert_ValueOfAnotherType_IsRefused(string schema, string value) =>
        Assert.Equal(ReasonCodes.InvalidArguments, Refused(ToolWith($"\"x\":{schema}"), $$"""{"x":{{value}}}""").ReasonCode);

    [Fact]
    public void Convert_List_IsASetWithoutOrderOrRepetition()
    {
        CedarSet set = Assert.IsType<CedarSet>(Converted("""{"type":"array","items":{"type":"integer"}}""", "[3,1,3]"));

        Assert.True(set.Equals(CedarSet.Create([new CedarLong(1), new CedarLong(3)])), set.ToString());
    }

    [Fact]
    public void Convert_ListsInAnotherOrder_HaveDifferentDigestsAllTheSame() =>
        Assert.NotEqual(
            CanonicalJson.Text(Accepted(ToolWith("\"x\":{}"), """{"x":[1,2]}""").Json),
            CanonicalJson.Text(Accepted(ToolWith("\"x\":{}"), """{"x":[2,1]}""").Json));

    [Theory]
    [InlineData("\"text\"", "text")]
    [InlineData("5", "5")]
    [InlineData("12345678901234567890.123456", "12345678901234567890.123456")]
    [InlineData("{ \"b\": 1, \"a\": [1, 2] }", """{"a":[1,2],"b":1}""")]
    [InlineData("1e2", "100")]
    [InlineData("100.000", "100")]
    [InlineData("[ \"\\u0061\" ]", "[\"a\"]")]
    public void Convert_MappedToString_IsOneTextForAllSpellings(string value, string expected)
    {
        CallArguments arguments = Accepted(
            Tool("""{"type":"object","properties":{"x":{"type":"number"}}}""", static t => t.Argument("x", ArgumentRole.Content, mapToString: true)),
            $$"""{"x":{{value}}}""");

        Assert.Equal(expected, Assert.IsType<CedarString>(arguments.Value("x")).Value);
    }

    [Fact]
    public void Convert_MappedToString_LeavesTheToolTheValueItself() =>
        Assert.Equal(
            """{"x":1e2}""",
            Accepted(Tool(more: static t => t.Argument("x", ArgumentRole.Content, mapToString: true)), """{"x":1e2}""").Json.GetRawText());

    [Fact]
    public void Convert_Object_IsARecordTypedMemberByMember()
    {
        CedarRecord record = Assert.IsType<CedarRecord>(
            Converted("""{"type":"object","properties":{"n":{"type":"number"},"s":{"type":"string"}}}""", """{"n":1,"s":"x"}"""));

        Assert.True(record.TryGetValue("n", out CedarValue? n) && n is CedarDecimal);
        Assert.True(record.TryGetValue("s", out CedarValue? s) && s is CedarString);
    }

    [Fact]
    public void Snapshot_OfABufferTheCallerChanges_StaysWhatWasDecided()
    {
        byte[] buffer = [.. """{"x":"bob"}"""u8];
        Assert.Null(new ArgumentReader(Limits).Read(ToolWith("\"x\":{}"), new ToolCall("pay", buffer), out CallArguments arguments, out _));

        "eve"u8.CopyTo(buffer.AsSpan(6));

        Assert.Equal("bob", arguments.Json.GetProperty("x").GetString());
    }

    private static CedarValue Converted(string schema, string value) =>
        Accepted(ToolWith($"\"x\":{schema}"), $$"""{"x":{{value}}}""").Value("x");
}
