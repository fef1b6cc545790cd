namespace IntentAuthz.Cedar.Tests.Extensions;

/// <summary>Decimals: four places, held exactly, compared by methods.</summary>
public sealed class DecimalTests
{
    [Theory]
    [InlineData("1.0", "1.0000")]
    [InlineData("-1.5", "-1.5000")]
    [InlineData("0.0001", "0.0001")]
    [InlineData("-0.0001", "-0.0001")]
    [InlineData("-0.0", "0.0000")]
    [InlineData("00012.30", "12.3000")]
    [InlineData("922337203685477.5807", "922337203685477.5807")]
    [InlineData("-922337203685477.5808", "-922337203685477.5808")]
    public void A_decimal_has_digits_on_both_sides_of_the_point(string text, string expected) =>
        Assert.Equal($"decimal(\"{expected}\")", Expressions.Value($"decimal(\"{text}\")"));

    [Theory]
    [InlineData("", "`` is not a well-formed decimal value")]
    [InlineData("1", "`1` is not a well-formed decimal value")]
    [InlineData("1.", "`1.` is not a well-formed decimal value")]
    [InlineData(".5", "`.5` is not a well-formed decimal value")]
    [InlineData("-.5", "`-.5` is not a well-formed decimal value")]
    [InlineData("+1.0", "`+1.0` is not a well-formed decimal value")]
    [InlineData("--1.0", "`--1.0` is not a well-formed decimal value")]
    [InlineData("1.2.3", "`1.2.3` is not a well-formed decimal value")]
    [InlineData("1.0e1", "`1.0e1` is not a well-formed decimal value")]
    [InlineData(" 1.0", "` 1.0` is not a well-formed decimal value")]
    [InlineData("1.0 ", "`1.0 ` is not a well-formed decimal value")]
    [InlineData("1,000.0", "`1,000.0` is not a well-formed decimal value")]
    [InlineData("1.23456", "too many digits after the decimal in `1.23456`")]
    [InlineData("922337203685477.5808", "overflow when converting to decimal")]
    [InlineData("-922337203685477.5809", "overflow when converting to decimal")]
    [InlineData("99999999999999999999.0", "overflow when converting to decimal")]
    public void Anything_else_is_an_error(string text, string expected) =>
        Assert.Equal($"error while evaluating `decimal` extension function: {expected}", Expressions.Error($"decimal(\"{text}\")").Message);

    [Theory]
    [InlineData("decimal(\"1.0\").lessThan(decimal(\"1.0001\"))", "true")]
    [InlineData("decimal(\"1.0\").lessThan(decimal(\"1.0\"))", "false")]
    [InlineData("decimal(\"1.0\").lessThanOrEqual(decimal(\"1.0\"))", "true")]
    [InlineData("decimal(\"-1.0\").greaterThan(decimal(\"-2.0\"))", "true")]
    [InlineData("decimal(\"1.0\").greaterThan(decimal(\"1.0\"))", "false")]
    [InlineData("decimal(\"1.0\").greaterThanOrEqual(decimal(\"1.0\"))", "true")]
    public void Methods_compare(string expression, string expected) => Assert.Equal(expected, Expressions.Value(expression));

    [Theory]
    [InlineData("decimal(1)", "type error: expected string, got long")]
    [InlineData("decimal()", "wrong number of arguments provided to extension function `decimal`: expected 1, got 0")]
    [InlineData("decimal(\"1.0\", \"2.0\")", "wrong number of arguments provided to extension function `decimal`: expected 1, got 2")]
    [InlineData("decimal(\"1.0\").lessThan(1)", "type error: expected decimal, got long")]
    [InlineData("1.lessThan(decimal(\"1.0\"))", "type error: expected decimal, got long")]
    [InlineData("decimal(\"1.0\").lessThan()", "wrong number of arguments provided to extension function `lessThan`: expected 2, got 1")]
    public void Wrong_arguments_are_errors_of_the_evaluation(string expression, string expected) => Assert.Equal(expected, Expressions.Error(expression).Message);

    [Fact]
    public void A_string_in_place_of_a_decimal_advises_the_constructor() =>
        Assert.Equal("maybe you forgot to apply the `decimal` constructor?", Expressions.Error("decimal(\"1.0\").lessThan(\"1.0\")").Help);

    [Theory]
    [InlineData("1.5", true, 15_000)]
    [InlineData("-1.2345", true, -12_345)]
    [InlineData("1.23450", true, 12_345)] // A zero at the end loses nothing.
    [InlineData("1.23456", false, 0)]
    [InlineData("922337203685477.5807", true, long.MaxValue)]
    [InlineData("922337203685477.5808", false, 0)]
    [InlineData("-922337203685477.5808", true, long.MinValue)]
    [InlineData("79228162514264337593543950335", false, 0)]
    public void TryFromDecimal_takes_only_what_is_exact(string text, bool expected, long scaled)
    {
        var exact = CedarDecimal.TryFromDecimal(decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture), out var result);

        Assert.Equal(expected, exact);
        Assert.Equal(expected ? scaled : null, result?.Value);
    }
}
