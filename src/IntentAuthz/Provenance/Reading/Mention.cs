namespace IntentAuthz;

/// <summary>A value that stands in a folded text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Value">The number; a date as year, month and day (<c>20240526</c>, the year 0 where none is said); minutes of a time or a duration.</param>
internal readonly record struct Mention(MentionKind Kind, int Start, int Length, decimal Value)
{
    internal bool IsAddress => Kind >= MentionKind.MailAddress;

    /// <summary>Whether two dates are the same day, where a year that is left out fits any.</summary>
    internal static bool IsSameDay(int a, int b) => a % 10_000 == b % 10_000 && (a / 10_000 == b / 10_000 || a < 10_000 || b < 10_000);
}
