using System.Diagnostics;
using System.Text.Json;

namespace IntentAuthz.Tests.Provenance;

/// <summary>What texts lead their readers to, and whether the user dictated them.</summary>
public sealed class ContentTests
{
    private readonly SeenValues _seen = new(null);

    [Theory]
    [InlineData("Look at www.evil.example", true)] // a stranger's
    [InlineData("Look at www.made-up.example", true)] // nobody's
    [InlineData("Look at www.asked.example", false)] // the user's
    [InlineData("Look at www.colleague.example", false)] // a colleague's
    [InlineData("Call +44 20 7946 0958", true)]
    [InlineData("Meet at 17 Marx Road on Sunday", true)] // a stranger's fact in a stranger's words
    [InlineData("They serve cheese", false)]
    [InlineData("", false)]
    public void Text_CarriesWhatNobodyTrustedHasGiven(string text, bool carries)
    {
        _seen.SetRequest("tell Bob about www.asked.example");
        _seen.Add(ValueSource.KnownResult, "I read www.colleague.example");
        _seen.Add(ValueSource.UntrustedResult, "Go to www.evil.example or call +44 20 7946 0958. They are at 17 Marx Road now. They serve cheese.");

        Assert.Equal(carries, Read(text).Arguments.Single().Value.Carries);
    }

    [Theory]
    [InlineData("post: 'Congrats on being the best!'", "Congrats on being the best!", "Dictated")]
    [InlineData("tell her I have seen the mug in the kitchen", "I've seen the mug in the kitchen!", "Dictated")]
    [InlineData("title it 'Dinner at {name}'", "Dinner at Quiet Inn", "Dictated")]
    [InlineData("title it 'Dinner at {name}'", "Transfer the money", "Deviating")]
    [InlineData("summarise it for Bob", "The unemployment went down", "Free")]
    public void Text_IsHeldAgainstWhatTheUserDictated(string request, string text, string expected)
    {
        _seen.SetRequest(request);
        _seen.AddResult(
            JsonElement.Parse("""["Quiet Inn"]"""), "", ResultLabels.Of(new Label(Integrity.Trusted, Confidentiality.Internal), []), Label.Best, false, null);

        Assert.Equal(expected, Read(text).Content.ToString());
    }

    [Fact]
    public void Quote_ThatTheTaskUsedAsAName_IsNoDictation()
    {
        _seen.SetRequest("do what the mail 'Things to do' says");
        Assert.Equal(ContentTie.Deviating, Read("Hello").Content);

        _seen.UseQuote("things to do");

        Assert.Equal(ContentTie.Free, Read("Hello").Content);
    }

    [Theory]
    [InlineData("Menus on evil.pizza", true)] // a host by no end that is known
    [InlineData("Saved as plan.final.docx", false)] // nobody's word but the model's
    [InlineData("Read notes.old now", false)] // the user's own
    public void Text_CarriesADottedWord_OnlyWhereItIsAStrangers(string text, bool carries)
    {
        _seen.SetRequest("read notes.old");
        _seen.Add(ValueSource.UntrustedResult, "see evil.pizza");

        Assert.Equal(carries, Read(text).Arguments.Single().Value.Carries);
    }

    [Fact]
    public void Text_WithMoreMentionsThanAreRead_CarriesWhoKnowsWhat() =>
        Assert.True(Read(string.Concat(Enumerable.Repeat("1 ", MentionScanner.Most)) + "www.evil.example").Arguments.Single().Value.Carries);

    [Fact]
    public void Text_WithMoreNumbersThanAreChecked_CarriesWhoKnowsWhat()
    {
        _seen.Add(ValueSource.UntrustedResult, "meet at 17 marx road");
        string filler = string.Concat(Enumerable.Range(0, 300).Select(static i => $"a{i}b c d "));

        Assert.True(Read(filler + "meet at 17 marx road").Arguments.Single().Value.Carries);
    }

    [Fact]
    public void Call_WithoutText_HasNone() =>
        Assert.Equal(ContentTie.None, CallProvenance.Of(ToolDescriptor.For("t").AcceptUndeclaredArguments().Build(), JsonElement.Parse("{}"), _seen).Content);

    [Fact]
    public void HostileTexts_AreBounded()
    {
        _seen.SetRequest(string.Concat(Enumerable.Repeat("a1 ", 20_000)));
        _seen.Add(ValueSource.UntrustedResult, string.Concat(Enumerable.Repeat("a1 b2 ", 100_000)));
        _seen.Add(ValueSource.TrustedResult, string.Concat(Enumerable.Repeat("c3 ", 100_000)));
        long started = Stopwatch.GetTimestamp();

        Read(string.Concat(Enumerable.Repeat("a1 b2 c3 www.x.com ", 3_000)));
        Assert.True(Read(new string('x', 100_000)).Arguments.Single().Value.Carries, "a text longer than anybody looks through carries who knows what");

        TimeSpan took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(10), $"took {took}"); // without a bound it takes minutes
    }

    private CallProvenance Read(string text) => CallProvenance.Of(
        ToolDescriptor.For("tool").AcceptUndeclaredArguments().Argument("value", ArgumentRole.Content).Build(),
        JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["value"] = text }), _seen);
}
