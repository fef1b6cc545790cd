using System.Globalization;

namespace IntentAuthz.Cedar.Extensions;

/// <summary>The text form of decimals: <c>-?[0-9]+\.[0-9]{1,4}</c>.</summary>
internal static class DecimalFormat
{
    private const int Digits = 4;

    /// <summary>Parses a decimal. Returns what is wrong, or null.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var negative = text.StartsWith('-');
        var unsigned = negative ? text[1..] : text;
        var point = unsigned.IndexOf('.');
        if (point <= 0 || point == unsigned.Length - 1
            || unsigned[..point].ContainsAnyExceptInRange('0', '9') || unsigned[(point + 1)..].ContainsAnyExceptInRange('0', '9'))
        {
            return $"`{CedarText.Shorten(text)}` is not a well-formed decimal value";
        }

        var fraction = unsigned[(point + 1)..];
        if (fraction.Length > Digits)
        {
            return $"too many digits after the decimal in `{CedarText.Shorten(text)}`";
        }

        // Scaled down from zero: the negative range is one wider than the positive one.
        var whole = unsigned[..point].TrimStart('0');
        if (whole.Length > 15)
        {
            return Overflow;
        }

        Int128 scaled = 0;
        foreach (var digit in whole)
        {
            scaled = (scaled * 10) + (digit - '0');
        }

        for (var i = 0; i < Digits; i++)
        {
            scaled = (scaled * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        scaled = negative ? -scaled : scaled;
        if (scaled < long.MinValue || scaled > long.MaxValue)
        {
            return Overflow;
        }

        value = (long)scaled;
        return null;
    }

    private const string Overflow = "overflow when converting to decimal";

    /// <summary>Writes all four places, as the reference does.</summary>
    public static string Format(long value)
    {
        var magnitude = UInt128.CreateTruncating(Int128.Abs(value));
        return string.Create(CultureInfo.InvariantCulture, $"{(value < 0 ? "-" : "")}{magnitude / CedarDecimal.Scale}.{(ulong)(magnitude % CedarDecimal.Scale):0000}");
    }
}
