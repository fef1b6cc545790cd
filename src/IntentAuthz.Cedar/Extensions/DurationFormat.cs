namespace IntentAuthz.Cedar.Extensions;

/// <summary>The text form of durations: <c>-?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?</c>, at least one part.</summary>
internal static class DurationFormat
{
    private const string Malformed = "invalid duration pattern";
    private const string Overflow = "Duration overflows internal representation";

    /// <summary>Parses a duration into milliseconds. Returns what is wrong, or null.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out long milliseconds)
    {
        milliseconds = 0;
        var negative = text.StartsWith('-');
        var rest = negative ? text[1..] : text;
        if (rest.IsEmpty)
        {
            return Malformed;
        }

        var lastUnit = -1;
        var overflowed = false;
        Int128 total = 0;
        while (!rest.IsEmpty)
        {
            var length = rest.IndexOfAnyExceptInRange('0', '9');
            if (length <= 0)
            {
                return Malformed;
            }

            var number = rest[..length];
            rest = rest[length..];
            var (unit, factor, unitLength) = ReadUnit(rest);
            if (unit <= lastUnit)
            {
                return Malformed;
            }

            lastUnit = unit;
            rest = rest[unitLength..];
            // An overflow is reported only when the whole text has the right form, so the scan goes on.
            overflowed |= !TryAdd(ref total, number, factor, negative);
        }

        if (overflowed)
        {
            return Overflow;
        }

        milliseconds = (long)total;
        return null;
    }

    // Units rank in the order in which they must appear.
    private static (int Rank, long Factor, int Length) ReadUnit(ReadOnlySpan<char> text) => text switch
    {
        ['d', ..] => (0, 24 * 60 * 60 * 1000L, 1),
        ['h', ..] => (1, 60 * 60 * 1000L, 1),
        ['m', 's', ..] => (4, 1, 2),
        ['m', ..] => (2, 60 * 1000L, 1),
        ['s', ..] => (3, 1000L, 1),
        _ => (-1, 0, 0),
    };

    // Every part must fit in itself, as in the reference, and so must the sum. The reference adds the parts from the smallest
    // unit to the largest; all have one sign, so the order does not decide whether the sum fits.
    private static bool TryAdd(ref Int128 total, ReadOnlySpan<char> number, long factor, bool negative)
    {
        number = number.TrimStart('0');
        if (number.Length > 19)
        {
            return false;
        }

        Int128 part = 0;
        foreach (var digit in number)
        {
            part = (part * 10) + (digit - '0');
        }

        part *= factor;
        if (part > (negative && factor == 1 ? -(Int128)long.MinValue : long.MaxValue))
        {
            return false;
        }

        total += negative ? -part : part;
        return total >= long.MinValue && total <= long.MaxValue;
    }
}
