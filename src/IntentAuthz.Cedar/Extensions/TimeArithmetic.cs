namespace IntentAuthz.Cedar.Extensions;

/// <summary>The arithmetic of datetimes and durations, in milliseconds.</summary>
internal static class TimeArithmetic
{
    private const long MillisecondsPerDay = 24 * 60 * 60 * 1000L;

    /// <summary>A datetime moved by a duration; false where it overflows.</summary>
    public static bool TryOffset(long datetime, long duration, out long moved) => Fits((Int128)datetime + duration, out moved);

    /// <summary>The duration between two datetimes; false where it overflows.</summary>
    public static bool TrySince(long later, long earlier, out long elapsed) => Fits((Int128)later - earlier, out elapsed);

    /// <summary>The midnight before a datetime; false where it overflows.</summary>
    public static bool TryDate(long datetime, out long midnight) => Fits((Int128)datetime - TimeOfDay(datetime), out midnight);

    /// <summary>The time since the midnight before; not negative.</summary>
    public static long TimeOfDay(long datetime)
    {
        var remainder = datetime % MillisecondsPerDay;
        return remainder < 0 ? remainder + MillisecondsPerDay : remainder;
    }

    /// <summary>A duration in the unit that a function names, rounded towards zero.</summary>
    public static long InUnit(ExtensionFunction function, long milliseconds) => milliseconds / function switch
    {
        ExtensionFunction.ToMilliseconds => 1,
        ExtensionFunction.ToSeconds => 1000,
        ExtensionFunction.ToMinutes => 60 * 1000,
        ExtensionFunction.ToHours => 60 * 60 * 1000,
        _ => MillisecondsPerDay,
    };

    private static bool Fits(Int128 value, out long result)
    {
        result = unchecked((long)value);
        return result == value;
    }
}
