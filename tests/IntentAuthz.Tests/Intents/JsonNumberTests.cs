using System.Globalization;
using System.Numerics;
using System.Text;

using CsCheck;

namespace IntentAuthz.Tests.Intents;

/// <summary>A number is decided on exactly as it was written: nothing is rounded, and every spelling of a value is the same value.</summary>
public sealed class JsonNumberTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("0.000", 0)]
    [InlineData("0e999", 0)]
    [InlineData("5", 5)]
    [InlineData("5.0", 5)]
    [InlineData("50e-1", 5)]
    [InlineData("0.5e1", 5)]
    [InlineData("0.005E+3", 5)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9223372036854775807.000", long.MaxValue)]
    [InlineData("922337203685477580.7e1", long.MaxValue)]
    [InlineData("1e18", 1_000_000_000_000_000_000)]
    public void TryScale_IntegerInAnySpelling_IsThatInteger(string text, long expected)
    {
        Assert.True(TryScale(text, 0, out long value), text);
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("1e19")]
    [InlineData("1e1000")]
    [InlineData("0.5")]
    [InlineData("1e-1")]
    [InlineData("9223372036854775807.0000000000000000000000001")]
    public void TryScale_NoSixtyFourBitInteger_IsRefused(string text) => Assert.False(TryScale(text, 0, out _), text);

    [Theory]
    [InlineData("1e-4", 1)]
    [InlineData("0.0001", 1)]
    [InlineData("0.00010", 1)]
    [InlineData("-0.0001", -1)]
    [InlineData("5", 50_000)]
    [InlineData("922337203685477.5807", long.MaxValue)]
    [InlineData("-922337203685477.5808", long.MinValue)]
    public void TryScale_UpToFourDecimals_IsExact(string text, long expected)
    {
        Assert.True(TryScale(text, 4, out long value), text);
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("0.00001")]
    [InlineData("1e-5")]
    [InlineData("922337203685477.5808")]
    [InlineData("-922337203685477.5809")]
    public void TryScale_FiveDecimalsOrTooLarge_IsRefused(string text) => Assert.False(TryScale(text, 4, out _), text);

    [Theory]
    [InlineData("1e1000", true)]
    [InlineData("1e-1000", true)]
    [InlineData("1e1001", false)]
    [InlineData("1e-1001", false)]
    [InlineData("1e2147483647", false)]
    [InlineData("1e-2147483648", false)]
    [InlineData("1e-2147483649", false)]
    [InlineData("1e99999999999999999999", false)]
    public void TryRead_ExponentBeyondTheLimit_IsRefusedWithoutAFault(string text, bool readable) =>
        Assert.Equal(readable, JsonNumber.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void TryRead_MoreDigitsThanAnythingMeans_IsRefused()
    {
        Assert.True(JsonNumber.TryRead(Encoding.UTF8.GetBytes(new string('9', JsonNumber.MaxDigits)), out _));
        Assert.False(JsonNumber.TryRead(Encoding.UTF8.GetBytes(new string('9', 100_000)), out _));
    }

    [Theory]
    [InlineData("1e2", "100")]
    [InlineData("100.0", "100")]
    [InlineData("-0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("15e-4", "0.0015")]
    [InlineData("-1e-4", "-0.0001")]
    [InlineData("1e20", "100000000000000000000")]
    [InlineData("1e21", "1e21")]
    [InlineData("1e-21", "1e-21")]
    [InlineData("9007199254740993", "9007199254740993")]
    public void WriteCanonical_AnySpelling_IsThePlainOneWhileItIsShort(string text, string expected) => Assert.Equal(expected, Canonical(text));

    [Fact]
    public void WriteCanonical_LongestNumbers_Fit()
    {
        string digits = new('7', JsonNumber.MaxDigits);
        foreach (string text in (string[])[$"-{digits}e20", $"-{digits}e1000", $"-0.{digits[..^1]}", $"-{digits}e-20", $"-{digits}e-1000"])
        {
            Assert.NotEmpty(Canonical(text));
        }
    }

    [Fact]
    public void WriteCanonical_TwoSpellings_AreEqualExactlyWhenTheValuesAre()
    {
        Gen<string> number =
            from negative in Gen.Bool
            from whole in Gen.Int[0, 2000]
            from decimals in Gen.Int[0, 200]
            from exponent in Gen.Int[-30, 30]
            select string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{whole}.{decimals:D3}e{exponent}");

        Gen.Select(number, number).Sample((a, b) => (Exact(a) == Exact(b)) == (Canonical(a) == Canonical(b)), iter: 20_000);
        number.Sample(a => Exact(a) == Exact(Canonical(a)), iter: 20_000);
    }

    private static bool TryScale(string text, int scale, out long value)
    {
        value = 0;
        return JsonNumber.TryRead(Encoding.UTF8.GetBytes(text), out JsonNumber number) && number.TryScale(scale, out value);
    }

    private static string Canonical(string text)
    {
        Assert.True(JsonNumber.TryRead(Encoding.UTF8.GetBytes(text), out JsonNumber number), text);
        byte[] destination = new byte[JsonNumber.MaxText];
        return Encoding.UTF8.GetString(destination, 0, number.WriteCanonical(destination));
    }

    /// <summary>The value times 10^60, by another way than the code under test.</summary>
    private static BigInteger Exact(string text)
    {
        string[] parts = text.Split('e');
        int exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
        string[] digits = parts[0].Split('.');
        string decimals = digits.Length > 1 ? digits[1] : "";
        bool negative = text[0] == '-';
        BigInteger value = BigInteger.Parse(digits[0].TrimStart('-') + decimals, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 60 + exponent - decimals.Length);
        return negative ? -value : value;
    }
}
