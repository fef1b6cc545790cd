using System.Globalization;

namespace IntentAuthz.Cedar.Extensions;

/// <summary>
/// The text forms of datetimes: <c>YYYY-MM-DD</c>, and with a time <c>YYYY-MM-DDThh:mm:ss[.SSS](Z|(+|-)hhmm)</c>.
/// The year 0000 exists (proleptic Gregorian calendar), a leap second does not.
/// </summary>
internal static class DatetimeFormat
{
    private const long Day = 24 * 60 * 60 * 1000L;
    private const long FirstDay = -719_528; // 0000-01-01 in days since 1970-01-01
    private const long DayAfterLast = 2_932_897; // 10000-01-01

    /// <summary>Parses a datetime into milliseconds since the epoch. Returns what is wrong, or null.</summary>
    public static string? Parse(ReadOnlySpan<char> text, out long unixMilliseconds)
    {
        unixMilliseconds = 0;
        if (text.Length < 10 || !Matches(text[..10], "dddd-dd-dd"))
        {
            return "invalid date pattern";
        }

        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        var time = text[10..];
        if (time.IsEmpty)
        {
            return IsDate(year, month, day) ? Compose(year, month, day, 0, out unixMilliseconds) : InvalidDate(text);
        }

        // Syntax first, then ranges, both from left to right: the order in which the reference reports.
        if (time.Length < 9 || !Matches(time[..9], "Tdd:dd:dd"))
        {
            return "invalid hour/minute/second pattern";
        }

        var suffix = time[9..];
        var millisecond = 0;
        if (suffix.Length >= 4 && Matches(suffix[..4], ".ddd"))
        {
            millisecond = Number(suffix[1..4]);
            suffix = suffix[4..];
        }

        if (suffix is not ['Z'] && !(suffix.Length == 5 && suffix[0] is '+' or '-' && Matches(suffix[1..], "dddd")))
        {
            return "invalid millisecond and/or offset pattern";
        }

        if (!IsDate(year, month, day))
        {
            return InvalidDate(text);
        }

        var (hour, minute, second) = (Number(time[1..3]), Number(time[4..6]), Number(time[7..9]));
        if (hour > 23 || minute > 59 || second > 59)
        {
            return $"invalid hour/minute/second: {time[1..9]}";
        }

        var offset = 0L;
        if (suffix.Length == 5)
        {
            var (offsetHour, offsetMinute) = (Number(suffix[1..3]), Number(suffix[3..5]));
            if (offsetHour > 23 || offsetMinute > 59)
            {
                return $"invalid offset range: {offsetHour}{offsetMinute}";
            }

            offset = ((offsetHour * 60L) + offsetMinute) * 60_000 * (suffix[0] == '+' ? 1 : -1);
        }

        var ofDay = (((((hour * 60L) + minute) * 60) + second) * 1000) + millisecond;
        return Compose(year, month, day, ofDay - offset, out unixMilliseconds);
    }

    /// <summary>Writes an instant in UTC, or returns null outside the years 0000 to 9999, for which no literal exists.</summary>
    public static string? Format(long unixMilliseconds)
    {
        var days = Math.DivRem(unixMilliseconds, Day, out var ofDay);
        if (ofDay < 0)
        {
            (days, ofDay) = (days - 1, ofDay + Day);
        }

        if (days < FirstDay || days >= DayAfterLast)
        {
            return null;
        }

        var (year, month, day) = ToDate(days);
        var date = string.Create(CultureInfo.InvariantCulture, $"{year:0000}-{month:00}-{day:00}");
        return ofDay == 0
            ? date
            : string.Create(CultureInfo.InvariantCulture, $"{date}T{ofDay / 3_600_000:00}:{ofDay / 60_000 % 60:00}:{ofDay / 1000 % 60:00}.{ofDay % 1000:000}Z");
    }

    private static string InvalidDate(ReadOnlySpan<char> text) => $"invalid date: {text[..10]}";

    private static bool IsDate(int year, int month, int day) => month is >= 1 and <= 12 && day >= 1 && day <= DaysIn(year, month);

    // DateTime has no year 0; 2000 has the same calendar as every multiple of 400.
    private static int DaysIn(int year, int month) => DateTime.DaysInMonth(year == 0 ? 2000 : year, month);

    private static string? Compose(int year, int month, int day, long ofDay, out long unixMilliseconds)
    {
        unixMilliseconds = (ToDays(year, month, day) * Day) + ofDay;
        return null;
    }

    // One cycle of 400 years is 146,097 days; moved forward by it, the year 0 falls into DateTime's range.
    private static long ToDays(int year, int month, int day) =>
        year == 0
            ? DaysSinceEpoch(new DateTime(400, month, day)) - 146_097
            : DaysSinceEpoch(new DateTime(year, month, day));

    private static long DaysSinceEpoch(DateTime date) => (date.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerDay;

    private static (int Year, int Month, int Day) ToDate(long days)
    {
        var inYearZero = days < FirstDay + 366;
        var date = DateTime.UnixEpoch.AddDays(inYearZero ? days + 146_097 : days);
        return (inYearZero ? date.Year - 400 : date.Year, date.Month, date.Day);
    }

    private static int Number(ReadOnlySpan<char> digits)
    {
        var number = 0;
        foreach (var digit in digits)
        {
            number = (number * 10) + (digit - '0');
        }

        return number;
    }

    private static bool Matches(ReadOnlySpan<char> text, string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == 'd' ? !char.IsAsciiDigit(text[i]) : text[i] != pattern[i])
            {
                return false;
            }
        }

        return true;
    }
}
