using System.Globalization;

namespace IntentAuthz;

/// <summary>At most so many calls in any window of this length.</summary>
/// <param name="Count">How many calls, 1 to 10,000.</param>
/// <param name="Window">The window, one second to thirty days.</param>
public readonly record struct RateLimit(int Count, TimeSpan Window)
{
    private const int MaxCount = 10_000;
    private static readonly TimeSpan s_maxWindow = TimeSpan.FromDays(30);

    /// <summary>Reads the form of <c>@rate</c>, such as <c>5/1m</c>: a count, a slash, and a number of <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
    internal static bool TryParse(string text, out RateLimit limit)
    {
        limit = default;
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 1 || slash > text.Length - 3
            || !int.TryParse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            || !int.TryParse(text.AsSpan(slash + 1, text.Length - slash - 2), NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            || count is < 1 or > MaxCount
            || length < 1)
        {
            return false;
        }

        long seconds = text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (seconds == 0 || length * seconds > (long)s_maxWindow.TotalSeconds)
        {
            return false;
        }

        limit = new RateLimit(count, TimeSpan.FromSeconds(length * seconds));
        return true;
    }

    /// <summary>As in <c>@rate</c>, in seconds: <c>5/60s</c>.</summary>
    public override string ToString() => $"{Count}/{(long)Window.TotalSeconds}s";
}
