namespace IntentAuthz.Containment;

/// <summary>Cuts what matches a pattern of <c>*</c> and <c>?</c> from the beginning or end of a text.</summary>
internal static class GlobTrim
{
    public static string Trim(string text, string pattern, bool fromStart, bool longest)
    {
        // The shortest and the longest match are found by trying lengths; the cost is bounded by the length of a value.
        for (var i = 0; i <= text.Length; i++)
        {
            var length = longest ? text.Length - i : i;
            var part = fromStart ? text.AsSpan(0, length) : text.AsSpan(text.Length - length);
            if (Matches(part, pattern))
            {
                return fromStart ? text[length..] : text[..^length];
            }
        }

        return text;
    }

    /// <summary>Whether a name can match a pattern; a bracket matches anything.</summary>
    public static bool IsMatch(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern) =>
        pattern.IndexOf('[') >= 0 || (pattern.IndexOfAny('*', '?') >= 0 && Matches(text, pattern));

    private static bool Matches(ReadOnlySpan<char> text, ReadOnlySpan<char> pattern)
    {
        var (t, p) = (0, 0);
        var (starText, starPattern) = (-1, -1);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                starPattern = p++;
                starText = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (starPattern >= 0)
            {
                p = starPattern + 1;
                t = ++starText;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}
