namespace IntentAuthz;

/// <summary>
/// Puts together what stands in pieces: a header folded over lines (a break, then blanks), base64 wrapped at a column, a text continued by a
/// backslash, and a string written as two, <c>"abc" + "def"</c>.
/// </summary>
internal static class FoldedLines
{
    /// <summary>Takes out what only separates pieces.</summary>
    /// <returns>Whether there was any.</returns>
    internal static bool Join(ReadOnlySpan<char> text, ref TextView joined)
    {
        bool changed = false;
        for (int i = 0; i < text.Length;)
        {
            int gap = GapAt(text, i);
            changed |= gap > 0;
            if (gap == 0)
            {
                joined.Append(text[i], i, i + 1);
                i++;
            }

            i += gap;
        }

        return changed;
    }

    /// <summary>How long the separator is that begins here. The whole of a run is looked at once, since what begins within one is part of it.</summary>
    private static int GapAt(ReadOnlySpan<char> text, int start)
    {
        char first = text[start];
        if (IsQuote(first))
        {
            int close = SkipBlanks(text, start + 1);
            if (close < text.Length && text[close] is '+' or ',' or '&' or '.' or '\\')
            {
                close = SkipBlanks(text, close + 1);
            }

            return close < text.Length && text[close] == first ? close + 1 - start : 0;
        }

        int at = first == '\\' ? start + 1 : start;
        if (at == text.Length || !IsBlank(text[at]) || (start > 0 && IsBlank(first) && IsBlank(text[start - 1]) && !IsBreak(first)))
        {
            return 0;
        }

        int end = SkipBlanks(text, at);
        return text[at..end].IndexOfAny("\r\n\u0085\u2028\u2029") >= 0 ? end - start : 0;
    }

    private static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && IsBlank(text[at]))
        {
            at++;
        }

        return at;
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\v' or '\f' or '\u00A0' || IsBreak(c);

    private static bool IsBreak(char c) => c is '\r' or '\n' or '\u0085' or '\u2028' or '\u2029';

    private static bool IsQuote(char c) => c is '"' or '\'' or '`';
}
