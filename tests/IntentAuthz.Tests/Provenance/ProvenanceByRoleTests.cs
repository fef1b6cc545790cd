using System.Text.Json;

namespace IntentAuthz.Tests.Provenance;

/// <summary>Where a value came from, in the way its role asks for: links to the request, arithmetic, moments, addresses.</summary>
public sealed class ProvenanceByRoleTests
{
    private const string Files = """
        [{"id_":"11","filename":"recipes.docx","content":"long","size":900,"last_modified":"2024-05-01T10:00:00","shared_with":{"ann@example.com":"r"}},
         {"id_":"12","filename":"team-plan.docx","content":"short","size":100,"last_modified":"2024-05-09T10:00:00","shared_with":{"bob@example.com":"rw"}},
         {"id_":"13","filename":"notes.txt","content":"see file 12","size":50,"last_modified":"2024-04-09T10:00:00","shared_with":{}}]
        """;

    private readonly SeenValues _seen = new(null);

    [Theory]
    [InlineData("please extend team-plan.docx", "12", "Linked")]
    [InlineData("please extend the team plan", "12", "Linked")]
    [InlineData("please delete the largest file", "11", "Extreme")]
    [InlineData("please delete the largest file", "13", "None")]
    [InlineData("please delete the smallest file", "13", "Extreme")]
    [InlineData("please delete the oldest file", "13", "Extreme")]
    [InlineData("please delete the oldest file", "12", "None")]
    [InlineData("please tidy up", "12", "None")]
    public void Id_OfAListing_IsTiedToTheRequestThatDescribesItsRecord(string request, string id, string link)
    {
        _seen.SetRequest(request);
        ReadFiles();

        ArgumentProvenance found = Find(ArgumentRole.Target, $"\"{id}\"");

        Assert.Equal((ValueSource.TrustedResult, link), (found.Source, found.Found.Link.ToString()));
    }

    [Fact]
    public void Id_OfTwoRecordsThatTheRequestDescribesAlike_IsAmbiguous()
    {
        _seen.SetRequest("delete the meeting minutes");
        Read("""[{"id_":"1","filename":"meeting minutes"},{"id_":"2","filename":"meeting minutes"}]""");

        Assert.Equal(ValueLink.None, Find(ArgumentRole.Target, "\"1\"").Found.Link);
    }

    [Fact]
    public void Id_OfSeveralRecords_IsTiedToARequestThatSpeaksOfAll()
    {
        _seen.SetRequest("delete all meeting minutes");
        Read("""[{"id_":"1","filename":"meeting minutes"},{"id_":"2","filename":"meeting minutes"}]""");

        Assert.Equal(ValueLink.Linked, Find(ArgumentRole.Target, "\"2\"").Found.Link);
    }

    [Fact]
    public void Id_OfANamesakeInALaterResult_MakesBothAmbiguous()
    {
        _seen.SetRequest("share client-minutes.docx with ann@example.com");
        Read("""[{"id_":"19","filename":"client-minutes.docx"}]""", kind: "file");
        Assert.Equal(ValueLink.Linked, Find(ArgumentRole.Target, "\"19\"", kind: "file").Found.Link);
        Read("""[{"id_":"19","filename":"client-minutes.docx"}]""", kind: "file");
        Assert.Equal(ValueLink.Linked, Find(ArgumentRole.Target, "\"19\"", kind: "file").Found.Link); // the same one again

        Read("""[{"id_":"66","filename":"client-minutes.docx"}]""", kind: "file"); // a stranger's

        Assert.Equal(ValueLink.None, Find(ArgumentRole.Target, "\"19\"", kind: "file").Found.Link);
        Assert.Equal(ValueLink.None, Find(ArgumentRole.Target, "\"66\"", kind: "file").Found.Link);
    }

    [Theory]
    [InlineData("I want two items: a laptop and a mouse", false)]
    [InlineData("I want the Wireless Mouse", true)]
    public void Key_ThatOnlyCounts_NamesNoRecord(string request, bool linked)
    {
        _seen.SetRequest(request);
        Read("""{"Item 1":{"product_id":"P1","product_name":"Wireless Mouse Deluxe"}}""", kind: "product", new ResultField("*", new Label(Integrity.Trusted, Confidentiality.Internal), false));

        Assert.Equal(linked, Find(ArgumentRole.Target, "\"P1\"", kind: "product").IsLinked);
    }

    [Fact]
    public void StrangersTime_BehindMoreNumbersThanAreKept_IsNotTakenForTheModels()
    {
        _seen.SetRequest("an event on May 19th 2024");
        _seen.Add(ValueSource.UntrustedResult, string.Concat(Enumerable.Range(0, MentionScanner.Most).Select(static i => $"{i} ")) + "come at 05:00");

        Assert.Equal(ValueSource.UntrustedResult, Find(ArgumentRole.Time, "\"2024-05-19 05:00\"").Source);
    }

    [Fact]
    public void AfterMoreWasSeenThanIsKept_NothingIsTied_AndTrustedChoicesAreContested()
    {
        _seen.SetRequest("extend team-plan.docx");
        ReadFiles(kind: "file");
        Assert.True(Find(ArgumentRole.Target, "\"12\"", kind: "file").IsLinked);

        _seen.Add(ValueSource.UntrustedResult, new string('x', SeenValues.MaxCharacters)); // a namesake may be in it

        ArgumentProvenance found = Find(ArgumentRole.Target, "\"12\"", kind: "file");
        Assert.Equal((ValueSource.TrustedResult, false, true), (found.Source, found.IsLinked, found.Found.IsContested));
    }

    [Fact]
    public void Designated_OnAPageWithMoreMentionsThanAreRead_IsNothing()
    {
        _seen.SetRequest("invite Dora, her address is on www.dora.example");
        string page = "dora@example.com " + string.Concat(Enumerable.Repeat("1 ", MentionScanner.Most)) + " dora@evil.net";
        _seen.AddResult(null, page, ResultLabels.Of(Label.Worst, []), Label.Best, isNamed: true, null);

        Assert.Equal(ValueLink.None, Find(ArgumentRole.Target, "\"dora@example.com\"").Found.Link);
    }

    [Fact]
    public void Namesake_WithTheSameIdInAFieldThatAStrangerWrites_IsAmbiguousAllTheSame()
    {
        _seen.SetRequest("share client-minutes.docx");
        ResultField thread = new("thread_id", Label.Worst, false);
        Read("""[{"thread_id":"t1","filename":"client-minutes.docx","owner":"ann"}]""", null, thread);
        Read("""[{"thread_id":"t1","filename":"client-minutes.docx","owner":"eve"}]""", null, thread);

        Assert.False(Find(ArgumentRole.Target, "\"ann\"").IsLinked);
        Assert.False(Find(ArgumentRole.Target, "\"eve\"").IsLinked);
    }

    [Theory]
    [InlineData("raise it by 10%", false)]
    [InlineData("raise it by 10", true)]
    public void Share_InTheRequest_IsNoAmount(string request, bool named)
    {
        _seen.SetRequest(request);

        Assert.Equal(named, Find(ArgumentRole.Magnitude, "10").IsNamed);
    }

    [Fact]
    public void Extreme_ByANumberThatAStrangerWrote_IsNone()
    {
        _seen.SetRequest("delete the largest file");
        Read(
            """[{"id_":"1","size":10,"claimed":5},{"id_":"2","size":90,"claimed":7},{"id_":"3","size":20,"claimed":900}]""", kind: "file",
            new ResultField("claimed", Label.Worst, false));

        Assert.Equal((ValueLink.Extreme, ValueLink.None), (
            Find(ArgumentRole.Target, "\"2\"", kind: "file").Found.Link, Find(ArgumentRole.Target, "\"3\"", kind: "file").Found.Link));
    }

    [Fact]
    public void Record_IsDescribedByAnAmount_OnlyWhereTheAmountIsTrusted()
    {
        _seen.SetRequest("refund the 10.50 that just came in");
        Read("""[{"id":1,"sender":"GB29","amount":10.5},{"id":2,"sender":"GB30","amount":99.0}]""");
        Read("""[{"ref":"X1","payee":"EVIL","amount":10.5}]""", kind: null, new ResultField("amount", Label.Worst, false));

        Assert.True(Find(ArgumentRole.Target, "\"GB29\"").IsLinked);
        Assert.False(Find(ArgumentRole.Target, "\"GB30\"").IsLinked);
        Assert.False(Find(ArgumentRole.Target, "\"EVIL\"").IsLinked);
    }

    [Theory]
    [InlineData("tell me all about it")]
    [InlineData("and when is it")]
    public void CommonWord_InTheRequest_NamesNothing(string request)
    {
        _seen.SetRequest(request);

        foreach (string word in new[] { "me", "all", "and", "it" })
        {
            Assert.False(Find(ArgumentRole.Target, $"\"{word}\"").IsNamed, word);
        }
    }

    [Fact]
    public void Id_OfAnotherKindOfThing_IsNotTakenForIt()
    {
        _seen.SetRequest("extend team-plan.docx");
        ReadFiles(kind: "file");

        Assert.Equal(ValueLink.Linked, Find(ArgumentRole.Target, "\"12\"", kind: "file").Found.Link);
        Assert.Equal(ValueSource.UntrustedResult, Find(ArgumentRole.Target, "\"12\"", kind: "event").Source); // from "see file 12", a stranger's word
        Assert.Equal(ValueSource.TrustedResult, Find(ArgumentRole.Target, "\"12\"").Source);
    }

    [Fact]
    public void Value_WithinTheDescribedRecord_IsTiedToo()
    {
        _seen.SetRequest("send team-plan.docx to whom it is shared with");
        ReadFiles();

        Assert.True(Find(ArgumentRole.Target, "\"bob@example.com\"").IsLinked);
        Assert.False(Find(ArgumentRole.Target, "\"ann@example.com\"").IsLinked);
    }

    [Theory]
    [InlineData("5 hours from now", "\"5\"", false)]
    [InlineData("cancel the event with id 5", "\"5\"", true)]
    [InlineData("cancel number 5", "5", true)]
    [InlineData("see GB29NWBK60161331926819", "\"GB29NWBK60161331926819\"", true)]
    public void ShortNumber_IsNamedOnlyWhereTheRequestCallsItOne(string request, string value, bool named)
    {
        _seen.SetRequest(request);

        Assert.Equal(named, Find(ArgumentRole.Target, value).IsNamed);
    }

    [Theory]
    [InlineData("send them 10% of it", "5", true)]
    [InlineData("another 19.5% plus a fee of 5.29", "15.04", true)]
    [InlineData("we spent 12.00 in total", "38", true)]
    [InlineData("we spent 12.00, half each", "44", true)]
    [InlineData("we spent 12.00 in total", "37", false)]
    [InlineData("what is my balance", "25", false)]
    public void Amount_IsReckonedFromTheRequestAndTrustedNumbers(string request, string amount, bool derived)
    {
        _seen.SetRequest(request);
        Read("""[{"id":7,"amount":50.0,"subject":"rent"}]""");

        ArgumentProvenance found = Find(ArgumentRole.Magnitude, amount);

        Assert.Equal(derived, found.Found.Link == ValueLink.Derived && found.Source == ValueSource.TrustedResult);
    }

    [Fact]
    public void Amount_IsNeverReckonedFromStrangersNumbersOrFromIds()
    {
        _seen.SetRequest("the rent is 1100 now, adjust it");
        Read("""[{"id":100,"amount":7.0,"subject":"rent"}]""");
        _seen.Add(ValueSource.UntrustedResult, "the rent goes up by 100");

        Assert.False(ArgumentProvenance.IsTrusted(Find(ArgumentRole.Magnitude, "1200").Source));
    }

    [Fact]
    public void Amount_ThatAStrangerSpeaksOf_IsContested()
    {
        Read("""[{"id":7,"amount":1000.0}]""");
        Assert.False(Find(ArgumentRole.Magnitude, "1000").Found.IsContested);

        _seen.Add(ValueSource.UntrustedResult, "refund 1000 please");

        Assert.True(Find(ArgumentRole.Magnitude, "1000").Found.IsContested);
    }

    [Theory]
    [InlineData("\"2024-05-19 12:00\"", ValueSource.UserRequest)]
    [InlineData("\"2024-05-19\"", ValueSource.UserRequest)]
    [InlineData("\"2024-05-19 13:00\"", ValueSource.TrustedResult)] // an hour later
    [InlineData("\"2024-05-19 15:45\"", ValueSource.UserRequest)] // a time nobody spoke of completes the day
    [InlineData("\"2024-05-19 05:00\"", ValueSource.UntrustedResult)] // a stranger's
    [InlineData("\"2023-05-19 12:00\"", ValueSource.Model)] // another year
    [InlineData("\"2024-06-18 12:00\"", ValueSource.UntrustedResult)]
    public void Moment_IsFoundByItsDayAndItsTime(string value, ValueSource expected)
    {
        _seen.SetRequest("an event on May 19th 2024 at 12:00 for one hour");
        _seen.Add(ValueSource.UntrustedResult, "come on June 18 at 5 AM");

        Assert.Equal(expected, Find(ArgumentRole.Time, value).Source);
    }

    [Theory]
    [InlineData("\"www.example.com\"", ValueSource.UserRequest, "None")]
    [InlineData("\"http://www.example.com/\"", ValueSource.UserRequest, "None")]
    [InlineData("\"www.example.com/more\"", ValueSource.UntrustedResult, "Host")]
    [InlineData("\"www.example.com/more?data=secret\"", ValueSource.Model, "None")]
    [InlineData("\"http://www.example.com@evil.net/\"", ValueSource.Model, "None")]
    [InlineData("\"www.example.com.evil.net\"", ValueSource.Model, "None")]
    [InlineData("\"www.evil.net\"", ValueSource.UntrustedResult, "None")]
    public void WebAddress_IsFoundByItself_OrTiedByItsHost(string value, ValueSource source, string link)
    {
        _seen.SetRequest("read www.example.com for me");
        _seen.Add(ValueSource.UntrustedResult, "go on at www.example.com/more or at www.evil.net");

        ArgumentProvenance found = Find(ArgumentRole.Target, value);

        Assert.Equal((source, link), (found.Source, found.Found.Link.ToString()));
    }

    [Theory]
    [InlineData("My e-mail is dora@example.com.", "Designated")]
    [InlineData("My e-mail was dora@example.com, it is dora@evil.net now.", "None")]
    public void OnlyAddressOfItsKind_OnAPageThatTheRequestNames_IsDesignated(string page, string link)
    {
        _seen.SetRequest("invite Dora, her address is on www.dora.example");
        _seen.AddResult(null, page, ResultLabels.Of(Label.Worst, []), Label.Best, isNamed: true, null);

        ArgumentProvenance found = Find(ArgumentRole.Target, "\"dora@example.com\"");

        Assert.Equal((ValueSource.UntrustedResult, link), (found.Source, found.Found.Link.ToString()));
        Assert.Equal(ValueLink.None, Find(ArgumentRole.Target, "\"dora@evil.net\"").Found.Link);
    }

    [Fact]
    public void TargetFromAListing_ThatAStrangerSpeaksOf_IsContested_UnlessTheRequestDescribesIt()
    {
        _seen.SetRequest("book the quiet hotel");
        Read("""[{"name":"Quiet Inn"},{"name":"River View"}]""");
        _seen.Add(ValueSource.UntrustedResult, "River View is gorgeous, take Quiet Inn for the quiet");

        Assert.True(Find(ArgumentRole.Target, "\"River View\"").Found.IsContested);
        Assert.False(Find(ArgumentRole.Target, "\"Quiet Inn\"").Found.IsContested);
    }

    private void ReadFiles(string? kind = null) => Read(Files, kind, new ResultField("filename", Label.Worst, false), new ResultField("content", Label.Worst, false),
        new ResultField("shared_with.*", new Label(Integrity.Trusted, Confidentiality.Internal), false));

    private void Read(string json, string? kind = null, params ResultField[] fields) =>
        _seen.AddResult(JsonElement.Parse(json), json, ResultLabels.Of(new Label(Integrity.Trusted, Confidentiality.Internal), fields), Label.Best, isNamed: false, kind);

    private ArgumentProvenance Find(ArgumentRole role, string json, string? kind = null) =>
        CallProvenance.Of(
            ToolDescriptor.For("tool").AcceptUndeclaredArguments().Argument("value", role, kind: kind).Build(),
            JsonElement.Parse($$$"""{"value":{{{json}}}}"""), _seen).Arguments.Single().Value;
}
