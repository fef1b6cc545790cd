namespace IntentAuthz.Tests.Provenance.Reading;

/// <summary>How values are compared with text.</summary>
public sealed class FoldedTextTests
{
    [Theory]
    [InlineData("  Two\t words\n", "two words")]
    [InlineData("zero\u200Bwidth", "zerowidth")]
    [InlineData("Rösti", "rösti")]
    [InlineData("\u0000\u0007a", "a")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    public void Of_FoldsCaseSpaceAndForm(string text, string expected) => Assert.Equal(expected, FoldedText.Of(text));

    [Fact]
    public void Of_UnpairedSurrogate_IsKeptAsItIs() => Assert.Equal("a\uD800b", FoldedText.Of("A\uD800B"));

    [Theory]
    [InlineData("pay ann today", "ann", true)]
    [InlineData("pay anna today", "ann", false)]
    [InlineData("pay 1200 now", "12", false)]
    [InlineData("pay 12.50 now", "12", false)]
    [InlineData("pay 12. then go", "12", true)]
    [InlineData("at bank.example.", "bank.example", true)]
    [InlineData("at bank.example.evil.example", "bank.example", false)]
    [InlineData("at my-bank.example", "bank.example", false)]
    [InlineData("at https://bank.example/x", "bank.example", true)]
    [InlineData("mail x.ann@example.com", "ann@example.com", false)]
    [InlineData("see www.our-site.com.they", "www.our-site.com", false)]
    public void Holds_AtTheBoundsOfWordsAndAddresses(string text, string value, bool expected)
    {
        long effort = SeenValues.MaxEffort;
        Assert.Equal(expected, FoldedText.Holds(text, value, ref effort));
    }
}
