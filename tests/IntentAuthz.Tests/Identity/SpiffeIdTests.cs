namespace IntentAuthz.Tests.Identity;

/// <summary>One identity has one text: whatever a lenient reader would normalise is no SPIFFE ID.</summary>
public sealed class SpiffeIdTests
{
    [Theory]
    [InlineData("spiffe://bank.example", "bank.example", "")]
    [InlineData("spiffe://bank.example/ns/agents/sa/Invoice-Bot_1.2", "bank.example", "/ns/agents/sa/Invoice-Bot_1.2")]
    [InlineData("spiffe://a/...", "a", "/...")]
    [InlineData("spiffe://10.0.0.1/x", "10.0.0.1", "/x")]
    public void SpiffeId_OfTheGrammar_KeepsItsText(string text, string domain, string path)
    {
        SpiffeId id = SpiffeId.Parse(text);

        Assert.Equal(domain, id.TrustDomain.Name);
        Assert.Equal(path, id.Path);
        Assert.Equal(text, id.ToString());
        Assert.Equal(id, SpiffeId.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("spiffe://")]
    [InlineData("spiffe:///a")]
    [InlineData("https://bank.example/a")]
    [InlineData("SPIFFE://bank.example/a")]
    [InlineData("spiffe:/bank.example/a")]
    [InlineData("spiffe://Bank.example/a")]
    [InlineData("spiffe://bank.example:443/a")]
    [InlineData("spiffe://user@bank.example/a")]
    [InlineData("spiffe://[::1]/a")]
    [InlineData("spiffe://bank.example/")]
    [InlineData("spiffe://bank.example/a/")]
    [InlineData("spiffe://bank.example//a")]
    [InlineData("spiffe://a/../b")]
    [InlineData("spiffe://a/./b")]
    [InlineData("spiffe://a/b/..")]
    [InlineData("spiffe://a/%2e%2e/b")]
    [InlineData("spiffe://a/b%2fc")]
    [InlineData("spiffe://a%2eb/c")]
    [InlineData("spiffe://a/b?c")]
    [InlineData("spiffe://a/b#c")]
    [InlineData("spiffe://a?b")]
    [InlineData("spiffe://a/b\\c")]
    [InlineData("spiffe://a/b c")]
    [InlineData(" spiffe://a/b")]
    [InlineData("spiffe://a/b\n")]
    [InlineData("spiffe://a/b\0")]
    [InlineData("spiffe://bänk.example/a")]
    [InlineData("spiffe://bаnk.example/a")] // a Cyrillic letter
    [InlineData("spiffe://a/ıd")]
    [InlineData("spiffe://a/b:c")]
    public void SpiffeId_WithATrick_IsRefused(string? text)
    {
        Assert.False(SpiffeId.TryParse(text, out SpiffeId id));
        Assert.Equal("", id.ToString());
    }

    [Fact]
    public void SpiffeId_IsBounded()
    {
        string longest = "spiffe://a/" + new string('x', SpiffeId.MaxLength - 11);
        Assert.True(SpiffeId.TryParse(longest, out _));
        Assert.False(SpiffeId.TryParse(longest + "x", out _));
        Assert.True(TrustDomain.TryParse(new string('a', 255), out _));
        Assert.False(TrustDomain.TryParse(new string('a', 256), out _));
        Assert.False(SpiffeId.TryParse($"spiffe://{new string('a', 256)}/x", out _));
    }

    [Fact]
    public void Workload_OfNoSpiffeId_IsAMistakeOfTheVerifier() =>
        Assert.Throws<ArgumentException>(() => VerifiedWorkload.ConcludedByVerifier(default, WorkloadDocument.Other, DateTimeOffset.MaxValue));
}
