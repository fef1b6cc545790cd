using System.Diagnostics;

namespace IntentAuthz.Tests.Provenance.Reading;

/// <summary>What a text mentions: read as people and tools write it, and never more than that.</summary>
public sealed class MentionScannerTests
{
    [Theory]
    [InlineData("pay 98.70 now", 98.70)]
    [InlineData("about $1,500 in all", 1500)]
    [InlineData("19.5% of it", 19.5)]
    [InlineData("10 percent more", 10)]
    [InlineData("two cars", 2)]
    public void Numbers_AreRead(string text, double expected) => Assert.Contains((decimal)expected, Values(text, MentionKind.Number, MentionKind.Percent));

    [Theory]
    [InlineData("account UK12345678901234567890")]
    [InlineData("version v2b")]
    [InlineData("on the 14th")]
    public void Numbers_WithinWordsAndOrdinals_AreNone(string text) => Assert.Empty(Values(text, MentionKind.Number));

    [Theory]
    [InlineData("on 2024-05-26", 20240526)]
    [InlineData("at 2024-05-26T17:00:00", 20240526)]
    [InlineData("on May 26th, 2024", 20240526)]
    [InlineData("on 26th of May 2024", 20240526)]
    [InlineData("on 26 May", 526)]
    [InlineData("by sept. 3", 903)]
    [InlineData("26.05.2024", 20240526)]
    [InlineData("05/26/2024", 20240526)]
    public void Dates_AreRead(string text, int expected) => Assert.Equal([expected], Values(text, MentionKind.Date));

    [Theory]
    [InlineData("from May 10th to May 13th", new[] { 510, 513 })]
    [InlineData("May 10 to 13", new[] { 510, 513 })]
    [InlineData("January 11th to January 15th 2025", new[] { 111, 20250115 })]
    [InlineData("the 11th to the 15th of January 2025", new[] { 20250111, 20250115 })]
    [InlineData("May 10-13, 2025", new[] { 20250510, 20250513 })]
    public void Ranges_AreTwoDates(string text, int[] expected) =>
        Assert.Equal(expected.Select(static d => (decimal)d), Values(text, MentionKind.Date).Order());

    [Theory]
    [InlineData("at 9:30", 570)]
    [InlineData("at 12:00", 720)]
    [InlineData("5:30 pm", 1050)]
    [InlineData("4pm", 960)]
    [InlineData("at 12 am", 0)]
    [InlineData("at noon", 720)]
    [InlineData("2024-05-26T17:05:00Z", 1025)]
    public void Times_AreRead(string text, int minutes) => Assert.Equal([minutes], Values(text, MentionKind.TimeOfDay));

    [Theory]
    [InlineData("for one hour", 60)]
    [InlineData("an hour's meeting", 60)]
    [InlineData("a 1-hour long event", 60)]
    [InlineData("90 minutes", 90)]
    [InlineData("half an hour", 30)]
    [InlineData("for 4 hours", 240)]
    public void Durations_AreRead(string text, int minutes) => Assert.Equal([minutes], Values(text, MentionKind.Duration));

    [Theory]
    [InlineData("write to ann@example.com.", MentionKind.MailAddress, "ann@example.com")]
    [InlineData("see www.example.com/a?b=1!", MentionKind.WebAddress, "www.example.com/a?b=1")]
    [InlineData("[Reset](https://example.org/x)", MentionKind.WebAddress, "https://example.org/x")]
    [InlineData("on shop.example.de", MentionKind.WebAddress, "shop.example.de")]
    [InlineData("call +44 20 7946 0958 now", MentionKind.Phone, "+44 20 7946 0958")]
    [InlineData("call 555-0142-77", MentionKind.Phone, "555-0142-77")]
    [InlineData("IBAN: GB29NWBK60161331926819", MentionKind.Account, "gb29nwbk60161331926819")]
    public void Addresses_AreRead(string text, object kind, string expected)
    {
        string folded = FoldedText.Of(text);
        Mention found = Assert.Single(MentionScanner.Scan(folded), static m => m.IsAddress);

        Assert.Equal(((MentionKind)kind, expected), (found.Kind, folded.Substring(found.Start, found.Length)));
    }

    [Theory]
    [InlineData("read notes.txt and plan.docx")]
    [InlineData("e.g. this, i.e. that")]
    [InlineData("script.py, readme.md")]
    [InlineData("on 2024-05-26")]
    public void FilesAbbreviationsAndDates_AreNoAddresses(string text) =>
        Assert.DoesNotContain(MentionScanner.Scan(FoldedText.Of(text)), static m => m.IsAddress);

    [Theory]
    [InlineData("2024-05-19 12:00", 20240519, 720)]
    [InlineData("2024-05-19T12:00:00", 20240519, 720)]
    [InlineData("2024-05-19", 20240519, -1)]
    [InlineData("12:30", -1, 750)]
    public void Value_ThatIsAMoment_IsReadAsOne(string text, int date, int minutes)
    {
        Assert.True(DateScanner.TryReadValue(FoldedText.Of(text), out int foundDate, out int foundMinutes));
        Assert.Equal((date, minutes), (foundDate, foundMinutes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("2024-05-19, 30 people")]
    [InlineData("the meeting of 2024-05-19 is moved")]
    public void Value_ThatIsMoreOrLess_IsNone(string text) => Assert.False(DateScanner.TryReadValue(FoldedText.Of(text), out _, out _));

    [Fact]
    public void HostileText_IsReadInLinearTime_AndUpToABound()
    {
        string[] hostile =
        [
            new('1', 1_000_000), string.Concat(Enumerable.Repeat("1 ", 500_000)), string.Concat(Enumerable.Repeat("may ", 250_000)),
            string.Concat(Enumerable.Repeat("a@", 500_000)), string.Concat(Enumerable.Repeat("www.", 250_000)), string.Concat(Enumerable.Repeat("11th to ", 125_000)),
            new string('.', 1_000_000), string.Concat(Enumerable.Repeat("+1 ", 330_000)), string.Concat(Enumerable.Repeat("1:1:", 250_000)),
        ];
        foreach (string text in hostile)
        {
            long started = Stopwatch.GetTimestamp();
            int found = MentionScanner.Scan(text).Count;
            TimeSpan took = Stopwatch.GetElapsedTime(started);

            Assert.InRange(found, 0, MentionScanner.Most + 2);
            Assert.True(took < TimeSpan.FromSeconds(5), $"'{text[..12]}…' took {took}"); // a quadratic reading takes minutes
        }
    }

    private static IEnumerable<decimal> Values(string text, params MentionKind[] kinds) =>
        MentionScanner.Scan(FoldedText.Of(text)).Where(m => kinds.Contains(m.Kind)).Select(static m => m.Value);
}
