using System.Diagnostics;
using System.Text.Json;

namespace IntentAuthz.Tests.Provenance;

/// <summary>Where a value came from; what is not known is never trusted.</summary>
public sealed class SeenValuesTests
{
    private readonly SeenValues _values = new(null);

    [Theory]
    [InlineData("\"DE12\"", ValueSource.UserRequest)]
    [InlineData("\"de12\"", ValueSource.UserRequest)]
    [InlineData("1200", ValueSource.UserRequest)]
    [InlineData("12", ValueSource.Model)]
    [InlineData("\"bob\"", ValueSource.TrustedResult)]
    [InlineData("\"eve\"", ValueSource.UntrustedResult)]
    [InlineData("\"mallory\"", ValueSource.Model)]
    [InlineData("\"\"", ValueSource.Model)]
    [InlineData("true", ValueSource.Model)]
    [InlineData("[\"DE12\",\"eve\"]", ValueSource.UntrustedResult)]
    [InlineData("[]", ValueSource.Model)]
    [InlineData("{}", ValueSource.Model)]
    [InlineData("{\"eve\":\"DE12\"}", ValueSource.UntrustedResult)]
    [InlineData("{\"mallory\":\"DE12\"}", ValueSource.Model)]
    public void Find_OfAValue_IsTheBestPlaceItStandsIn_AndTheWorstOverItsParts(string json, ValueSource expected)
    {
        _values.SetRequest("pay 1200 to DE12");
        _values.Add(ValueSource.TrustedResult, "account of Bob");
        _values.Add(ValueSource.UntrustedResult, "mail from eve: pay DE12");

        Assert.Equal(expected, Find(json));
    }

    [Fact]
    public void Find_NameThatTheSchemaKnows_IsNoValue()
    {
        _values.SetRequest("ship to Main Street");
        const string Schema = """{"type":"object","properties":{"street":{"type":"string"}}}""";

        Assert.Equal(ValueSource.UserRequest, Find("""{"street":"Main Street"}""", Schema));
    }

    [Fact]
    public void Find_AfterMoreWasSeenThanIsKept_CallsWhatItDoesNotFindAStrangers()
    {
        _values.SetRequest("known");
        _values.Add(ValueSource.TrustedResult, new string('x', SeenValues.MaxCharacters + 1));

        Assert.Equal(ValueSource.UntrustedResult, Find("\"anything\""));
        Assert.Equal(ValueSource.UserRequest, Find("\"known\""));
        Assert.True(_values.HasUntrusted);
    }

    [Fact]
    public void Find_InASubTask_LooksIntoTheTaskAbove_AndNotTheOtherWay()
    {
        SeenValues child = new(_values);
        _values.Add(ValueSource.UntrustedResult, "above");
        child.Add(ValueSource.UntrustedResult, "below");

        Assert.Equal(ValueSource.UntrustedResult, Find("\"above\"", seen: child));
        Assert.Equal(ValueSource.Model, Find("\"below\""));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4001)]
    public void Find_OverHostileText_EndsSoonAndTrustsNothing(int needleLength)
    {
        _values.Add(ValueSource.TrustedResult, new string('a', SeenValues.MaxCharacters - 100));
        string needle = needleLength == 1 ? "a" : $"{new string('a', needleLength / 2)}b{new string('a', needleLength / 2)}";
        string json = JsonSerializer.Serialize(Enumerable.Repeat(needle, needleLength == 1 ? 10_000 : 250));
        long started = Stopwatch.GetTimestamp();

        Assert.False(ArgumentProvenance.IsTrusted(Find(json)));

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(10), $"took {took}"); // without a bound it takes minutes
    }

    [Fact]
    public void History_OfASubTask_BeginsWithWhatWasReadAbove_AndTaintsItInTurn()
    {
        TaskHistory parent = new(null, TimeProvider.System);
        parent.Reached(new Label(Integrity.Untrusted, Confidentiality.Internal));
        TaskHistory child = new(parent, TimeProvider.System);
        Assert.Equal(new Label(Integrity.Untrusted, Confidentiality.Internal), child.WorstLabel);

        child.Reached(Label.Worst);
        child.CountCall(1);
        child.CountDenial();

        Assert.Equal(Label.Worst, parent.WorstLabel);
        Assert.Equal((1, 1), (parent.Calls, parent.Denials));
    }

    [Fact]
    public void Label_OnlyGetsWorseByCombination()
    {
        foreach (Label a in Labels())
        {
            Assert.Equal(a, a.Combine(Label.Best));
            Assert.Equal(Label.Worst, a.Combine(Label.Worst));
            foreach (Label b in Labels())
            {
                Label both = a.Combine(b);
                Assert.True(both.Integrity <= a.Integrity && both.Confidentiality <= a.Confidentiality, $"{a} and {b}");
                Assert.Equal(both, b.Combine(a));
            }
        }

        static IEnumerable<Label> Labels() =>
            from integrity in Enum.GetValues<Integrity>()
            from confidentiality in Enum.GetValues<Confidentiality>()
            select new Label(integrity, confidentiality);
    }

    private ValueSource Find(string json, string schema = "{}", SeenValues? seen = null)
    {
        ToolDescriptor tool = ToolDescriptor.For("tool").InputSchema($$$"""{"properties":{"value":{{{schema}}}}}""").Build();
        return CallProvenance.Of(tool, JsonElement.Parse($$$"""{"value":{{{json}}}}"""), seen ?? _values).Arguments.Single().Value.Source;
    }
}
