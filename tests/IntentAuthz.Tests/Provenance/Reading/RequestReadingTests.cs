namespace IntentAuthz.Tests.Provenance.Reading;

/// <summary>What a user's request says.</summary>
public sealed class RequestReadingTests
{
    [Theory]
    [InlineData("call it 'Lunch' please", "lunch")]
    [InlineData("call it \"Team sync\".", "team sync")]
    [InlineData("“Dinner at {place}”", "dinner at {place}")]
    public void Quotes_AreRead(string request, string quote) => Assert.Equal([quote], new RequestReading(request).Quotes);

    [Theory]
    [InlineData("you've seen Bob's mail, haven't you")]
    [InlineData("the friends' table")]
    public void Apostrophes_AreNoQuotes(string request) => Assert.Empty(new RequestReading(request).Quotes);

    [Theory]
    [InlineData("delete the largest file", "Most")]
    [InlineData("the cheapest and the latest", "Least, Last")]
    [InlineData("delete the file", "None")]
    public void Superlatives_HaveADirection(string request, string expected) => Assert.Equal(expected, new RequestReading(request).Extremes.ToString());

    [Theory]
    [InlineData("sending", "send")]
    [InlineData("invited", "invite")]
    [InlineData("transactions", "transaction")]
    [InlineData("planned", "plan")]
    [InlineData("sharing", "share")]
    [InlineData("replies", "reply")]
    public void Stems_OfOneWord_Meet(string a, string b) => Assert.Equal(Words.Stem(b), Words.Stem(a));
}
