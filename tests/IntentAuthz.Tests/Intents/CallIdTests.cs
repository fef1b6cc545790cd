using CsCheck;

namespace IntentAuthz.Tests.Intents;

/// <summary>An id is its text, however it is kept: one that was read back is the one that was written.</summary>
public sealed class CallIdTests
{
    [Fact]
    public void Value_OfAMintedId_IsReadBackAsTheSameId()
    {
        CallId minted = CallId.New();

        CallId read = new(minted.Value);

        Assert.Equal(minted, read);
        Assert.Equal(minted.GetHashCode(), read.GetHashCode());
        Assert.Equal(minted.Value, read.ToString());
        Assert.Matches("^call_[A-Za-z0-9_-]{22}$", minted.Value);
    }

    [Fact]
    public void Value_OfAnyText_IsThatText() =>
        Gen.OneOf(Gen.String[Gen.Char["call_AQgw-x"], 1, 40], Gen.String[Gen.Char["AQgw-_09"], 22, 22].Select(static t => "call_" + t))
            .Sample(static text => new CallId(text).Value == text && new CallId(text).ToString() == text);

    [Fact]
    public void Equality_OfAnyTwo_IsThatOfTheirTexts() =>
        Gen.Select(Gen.String[Gen.Char["AQ"], 22, 22], Gen.String[Gen.Char["AQ"], 22, 22], static (a, b) => ("call_" + a, "call_" + b))
            .Sample(static pair => (new CallId(pair.Item1) == new CallId(pair.Item2)) == (pair.Item1 == pair.Item2));

    [Theory]
    [InlineData("call_AAAAAAAAAAAAAAAAAAAAAA")] // of zeros alone
    [InlineData("call_AAAAAAAAAAAAAAAAAAAAAB")] // bits that the bytes do not have
    [InlineData("call_AAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("call_AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("CALL_AAAAAAAAAAAAAAAAAAAAAQ")]
    [InlineData("call_7")]
    public void AText_IsKept_AndIsNoDefaultValue(string text)
    {
        CallId id = new(text);

        Assert.Equal(text, id.Value);
        Assert.NotEqual(default, id);
        Assert.Equal(text, new CallId(id.Value).Value);
    }

    [Fact]
    public void Of_ZerosAlone_IsNoDefaultValue()
    {
        CallId zeros = CallId.Of(new byte[CallId.RandomBytes]);

        Assert.NotEqual(default, zeros);
        Assert.Equal(new CallId("call_AAAAAAAAAAAAAAAAAAAAAA"), zeros);
        byte[] bytes = new byte[CallId.RandomBytes];
        bytes.AsSpan().Fill(1);
        Assert.True(zeros.TryGetBytes(bytes));
        Assert.Equal(new byte[CallId.RandomBytes], bytes);
    }

    [Fact]
    public void Default_HasNoText() => Assert.Equal(("", null), (default(CallId).ToString(), (string?)default(CallId).Value));

    [Fact]
    public void WriteTo_OfAMintedId_IsItsTextInAscii()
    {
        CallId id = CallId.New();
        byte[] ascii = new byte[CallId.Length];

        Assert.Equal(CallId.Length, id.WriteTo(ascii));
        Assert.Equal(id.Value, System.Text.Encoding.ASCII.GetString(ascii));
    }
}
