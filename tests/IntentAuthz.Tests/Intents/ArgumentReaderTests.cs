using System.Diagnostics;
using System.Text;

using static IntentAuthz.Tests.Intents.ArgumentReading;

namespace IntentAuthz.Tests.Intents;

/// <summary>Which arguments a call may have: names, nulls, defaults, and what is refused before anything is decided.</summary>
public sealed class ArgumentReaderTests
{
    private static readonly ToolDescriptor s_pay = ToolWith(""" "payee":{"type":"string"},"amount":{"type":"integer"} """);

    private static readonly ToolDescriptor s_open = Tool(more: static t => t.Argument("payee", ArgumentRole.Target).AcceptUndeclaredArguments());

    [Theory]
    [InlineData("Payee")]
    [InlineData("PAYEE")]
    [InlineData("pay\u200Bee")]
    [InlineData("p\u0430yee")]
    [InlineData("ｐayee")]
    [InlineData("payee ")]
    [InlineData("note")]
    public void Read_NameThatIsNotExactlyADeclaredOne_IsRefused(string name)
    {
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(s_pay, $$"""{"{{name}}":"bob"}""").ReasonCode);
    }

    [Theory]
    [InlineData("Payee")]
    [InlineData("pay\u200Bee")]
    [InlineData("p\u0430yee")]
    [InlineData("ｐayee")]
    public void Read_UndeclaredNameThatLooksLikeADeclaredOne_IsRefusedEvenWhereUndeclaredOnesAreAccepted(string name) =>
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(s_open, $$"""{"{{name}}":"bob"}""").ReasonCode);

    [Fact]
    public void Read_TwoUndeclaredNamesThatDifferByCase_AreRefused() =>
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(s_open, """{"note":1,"Note":2}""").ReasonCode);

    [Fact]
    public void Read_UndeclaredNameOfPlainLetters_IsAcceptedWhereAskedFor() =>
        Assert.Equal("text", Accepted(s_open, """{"x-note_1":"text"}""").Value("x-note_1").ToString().Trim('"'));

    [Theory]
    [InlineData("""{"payee":"a"} x""")]
    [InlineData("""{"payee":"a"}{}""")]
    [InlineData("""{"payee":"a"},""")]
    [InlineData("""{"payee":"a""")]
    [InlineData("""{"payee":"a",}""")]
    [InlineData("""["payee"]""")]
    [InlineData("null")]
    [InlineData("7 8")]
    public void Read_WhatIsNotOneObject_IsRefused(string json) =>
        Assert.Contains("not one JSON object", Refused(s_pay, json).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"amount":"text","payee":"a"} x""", ReasonCodes.InvalidArguments, "not one JSON object")]
    [InlineData("""{"amount":1.5,"payee":}""", ReasonCodes.InvalidArguments, "not one JSON object")]
    [InlineData("""{"nobody":1,"payee":}""", ReasonCodes.InvalidArguments, "not one JSON object")]
    [InlineData("""{"amount":1.5,"nobody":1}""", ReasonCodes.UnknownArgument, "no argument of the name")]
    [InlineData("""{"payee":"a","payee":"b","\ud800":1}""", ReasonCodes.UnknownArgument, "not valid Unicode")]
    [InlineData("""{"amount":1.5,"payee":{"\ud800":1}}""", ReasonCodes.UnrepresentableArgument, "'amount'")]
    public void Read_OfSeveralFaults_TellsThatOfTheWholeFirst_ThenThatOfAName(string json, string code, string says)
    {
        IntentFailure failure = Refused(s_pay, json);

        Assert.Equal(code, failure.ReasonCode);
        Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_DefaultThatNestsDeeperThanACallMay_IsFilledIn()
    {
        string deep = string.Concat(Enumerable.Repeat("[", 40)) + string.Concat(Enumerable.Repeat("]", 40));
        ToolDescriptor tool = Tool(more: t => t.Argument("payee", ArgumentRole.Target).Argument("deep", ArgumentRole.Content, defaultJson: deep));

        Assert.True(Accepted(tool, """{"payee":"a"}""").Has("deep"));
        Assert.Contains("levels", Refused(tool, $$"""{"payee":"a","deep":{{deep}}}""").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MistypedName_IsToldTheRightOne() => Assert.Contains("did you mean 'amount'?", Refused(s_pay, """{"amuont":1}""").Message, StringComparison.Ordinal);

    [Fact]
    public void Read_NameNearToNone_EndsItsSentence() => Assert.Contains("name given. Names", Refused(s_pay, """{"zzzzzz":1}""").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"payee":"a","payee":"b"}""")]
    [InlineData("""{"payee":"a","\u0070ayee":"b"}""")]
    [InlineData("""{"payee":null,"payee":"b"}""")]
    [InlineData("""{"payee":"b","payee":null}""")]
    public void Read_RepeatedName_IsRefusedInAnySpelling(string json) =>
        Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(s_pay, json).ReasonCode);

    [Theory]
    [InlineData("""{"payee":null,"payee":"b"}""")]
    [InlineData("""{"payee":"b","payee":null}""")]
    [InlineData("""{"limit":null,"limit":7,"payee":"b"}""")]
    public void Read_RepeatedNameWithANull_IsRefusedAlsoWhereDefaultsAreFilledIn(string json)
    {
        ToolDescriptor tool = Tool(more: static t => t
            .Argument("payee", ArgumentRole.Target)
            .Argument("limit", ArgumentRole.Magnitude, defaultJson: "5")
            .Argument("page", ArgumentRole.Selector, defaultJson: "1"));

        Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(tool, json).ReasonCode);
    }

    [Theory]
    [InlineData("""{"x":{"a":1,"a":2}}""")]
    [InlineData("""{"x":{"a":1,"\u0061":2}}""")]
    [InlineData("""{"x":[[{"a":1,"a":2}]]}""")]
    [InlineData("""{"x":{"y":{"z":{"a":null,"a":2}}}}""")]
    public void Read_RepeatedNameAtAnyDepth_IsRefused(string json)
    {
        Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(Tool(more: static t => t.Argument("x", ArgumentRole.Content)), json).ReasonCode);
        Assert.Equal(
            ReasonCodes.UnrepresentableArgument,
            Refused(Tool(more: static t => t.Argument("x", ArgumentRole.Content, mapToString: true)), json).ReasonCode);
    }

    [Fact]
    public void Read_NestedNamesThatDifferByCase_AreRefusedSinceAToolMayBindEither()
    {
        ToolDescriptor untyped = Tool(more: static t => t.Argument("payment", ArgumentRole.Content));
        ToolDescriptor open = ToolWith(""" "payment":{"type":"object","properties":{"amount":{"type":"integer"}},"additionalProperties":true} """);

        Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(untyped, """{"payment":{"amount":1,"Amount":1000000}}""").ReasonCode);
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(open, """{"payment":{"AMOUNT":1000000}}""").ReasonCode);
    }

    [Fact]
    public void Read_NestedUnknownName_IsRefusedWhereTheSchemaIsClosed()
    {
        ToolDescriptor closed = ToolWith(""" "payment":{"type":"object","properties":{"amount":{"type":"integer"}}} """);

        Assert.Equal(ReasonCodes.UnknownArgument, Refused(closed, """{"payment":{"amount":1,"note":"x"}}""").ReasonCode);
        _ = Accepted(closed, """{"payment":{"amount":1}}""");
    }

    [Fact]
    public void Read_HostOnlyArgument_CannotBeNamedByACall()
    {
        ToolDescriptor tool = Tool(more: static t => t.HostOnlyArgument("stream"));

        Assert.Equal(ReasonCodes.HostOnlyArgument, Refused(tool, """{"stream":null}""").ReasonCode);
        Assert.Equal(ReasonCodes.HostOnlyArgument, Refused(tool, """{"\u0073tream":"x"}""").ReasonCode);
    }

    [Fact]
    public void Read_Nulls_AreGoneAtEveryDepth()
    {
        CallArguments arguments = Accepted(
            Tool(more: static t => t.Argument("x", ArgumentRole.Content).Argument("y", ArgumentRole.Content)),
            """{"x":null,"y":{"a":null,"b":[{"c":null,"d":1}]}}""");

        Assert.Equal("""{"y":{"b":[{"d":1}]}}""", arguments.Json.GetRawText());
        Assert.False(arguments.Input.TryGetValue("x", out _), "a null is no value");
    }

    [Fact]
    public void Read_NullsInMappedText_AreGoneToo()
    {
        CallArguments arguments = Accepted(
            Tool(more: static t => t.Argument("x", ArgumentRole.Content, mapToString: true)), """{"x":{"a":null,"b":1}}""");

        Assert.Equal("""{"x":{"b":1}}""", arguments.Json.GetRawText());
        Assert.Equal("""{"b":1}""", ((Cedar.CedarString)arguments.Value("x")).Value);
    }

    [Fact]
    public void Read_NullInAList_IsRefusedSinceASetCannotHoldIt() =>
        Assert.Equal(
            ReasonCodes.UnrepresentableArgument,
            Refused(Tool(more: static t => t.Argument("x", ArgumentRole.Content)), """{"x":[1,null]}""").ReasonCode);

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"limit":null}""")]
    public void Read_MissingArgumentWithADefault_IsFilledInForPolicyAndTool(string json)
    {
        CallArguments arguments = Accepted(Tool(more: static t => t.Argument("limit", ArgumentRole.Magnitude, defaultJson: "10")), json);

        Assert.Equal("""{"limit":10}""", arguments.Json.GetRawText());
        Assert.Equal("10", arguments.Value("limit").ToString());
    }

    [Fact]
    public void Read_ArgumentThatIsThere_KeepsItsValueOverTheDefault() =>
        Assert.Equal(
            """{"limit":3}""",
            Accepted(Tool(more: static t => t.Argument("limit", ArgumentRole.Magnitude, defaultJson: "10")), """{"limit":3}""").Json.GetRawText());

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    [InlineData("{} {}")]
    [InlineData("{}]")]
    [InlineData("{}x")]
    [InlineData(" ")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{/**/}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"payee\":\"a\u0001\"}")]
    public void Read_AnythingButOneJsonObject_IsRefused(string json) =>
        Assert.Equal(ReasonCodes.InvalidArguments, Refused(s_pay, json).ReasonCode);

    [Fact]
    public void Read_BytesThatAreNotUtf8_AreRefused()
    {
        byte[] overlong = [.. "{\"payee\":\""u8, 0xC0, 0xAF, .. "\"}"u8];

        Assert.Equal(ReasonCodes.InvalidArguments, Refused(s_pay, overlong).ReasonCode);
    }

    [Theory]
    [InlineData("""{"x":"\ud800"}""")]
    [InlineData("""{"x":["\udc00\ud800"]}""")]
    [InlineData("""{"x":{"\ud800":1}}""")]
    public void Read_UnpairedSurrogate_IsRefusedInsteadOfReplaced(string json)
    {
        foreach (bool mapToString in (bool[])[false, true])
        {
            foreach (string? other in (string?[])[null, "1"])
            {
                ToolDescriptor tool = Tool(more: t => t
                    .Argument("x", ArgumentRole.Content, mapToString)
                    .Argument("other", ArgumentRole.Content, defaultJson: other));
                Assert.Equal(ReasonCodes.UnrepresentableArgument, Refused(tool, json).ReasonCode);
            }
        }
    }

    [Fact]
    public void Read_UnpairedSurrogateInAnArgumentName_IsRefused() =>
        Assert.Equal(ReasonCodes.UnknownArgument, Refused(s_open, """{"\ud800":1}""").ReasonCode);

    [Fact]
    public void Read_NestedDeeperThanAllowed_IsRefused()
    {
        ToolDescriptor tool = Tool(more: static t => t.Argument("x", ArgumentRole.Content));
        string Nested(int levels) => $$"""{"x":{{new string('[', levels)}}{{new string(']', levels)}}}""";

        _ = Accepted(tool, Nested(31));
        Assert.Equal(ReasonCodes.InvalidArguments, Refused(tool, Nested(32)).ReasonCode);
        Assert.Equal(ReasonCodes.InvalidArguments, Refused(tool, Nested(400_000)).ReasonCode);
    }

    [Fact]
    public void Read_MoreBytesThanAllowed_IsRefusedWithTheSizes()
    {
        IntentFailure failure = Refused(s_pay, $$"""{"payee":"{{new string('a', 2048)}}"}""", new ArgumentLimits(1024, 32, 100));

        Assert.Equal(ReasonCodes.InvalidArguments, failure.ReasonCode);
        Assert.Contains("1024", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_MoreValuesThanAllowed_IsRefused(bool mapToString)
    {
        ToolDescriptor tool = Tool(more: t => t.Argument("x", ArgumentRole.Content, mapToString));
        string List(int items) => $$"""{"x":[{{string.Join(',', Enumerable.Repeat("[]", items))}}]}""";

        _ = Accepted(tool, List(99), new ArgumentLimits(10_000, 32, 100));
        Assert.Equal(ReasonCodes.InvalidArguments, Refused(tool, List(100), new ArgumentLimits(10_000, 32, 100)).ReasonCode);
    }

    [Fact]
    public void Read_LongNameWrittenByAModel_DoesNotFillTheMessage()
    {
        string name = new('n', 200);
        IntentFailure failure = Refused(s_open, $$"""{"{{name}}":1,"{{name}}":2}""");

        Assert.True(failure.Message.Length < 400, failure.Message);
        Assert.DoesNotContain(
            "secretname",
            Refused(Tool(more: static t => t.Argument("x", ArgumentRole.Content)), """{"x":{"secretname":1,"secretname":2}}""").Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HostileSizes_TakeTimeInProportion()
    {
        ToolDescriptor open = Tool(more: static t => t.Argument("x", ArgumentRole.Content).AcceptUndeclaredArguments());
        ArgumentLimits limits = new(8 * 1024 * 1024, 32, 1_000_000);
        StringBuilder members = new();
        for (int i = 0; i < 100_000; i++)
        {
            members.Append(i == 0 ? "" : ",").Append("\"m").Append(i).Append("\":").Append(i);
        }

        string[] hostile =
        [
            $$"""{ {{members}} }""",
            $$$"""{"x":{ {{{members}}} }}""",
            $$"""{"x":[{{string.Join(',', Enumerable.Range(0, 100_000))}}]}""",
            $$"""{"x":[{{string.Join(',', Enumerable.Repeat("{}", 100_000))}}]}""",
            $$"""{"x":"{{string.Concat(Enumerable.Repeat("\\u0061", 170_000))}}"}""",
        ];
        foreach (string json in hostile)
        {
            long started = Stopwatch.GetTimestamp();
            CallArguments arguments = Accepted(open, json, limits);
            _ = CanonicalJson.Text(arguments.Json);
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            Assert.True(took < TimeSpan.FromSeconds(20), $"{json[..20]}… took {took}"); // quadratic work would take minutes
        }
    }
}
