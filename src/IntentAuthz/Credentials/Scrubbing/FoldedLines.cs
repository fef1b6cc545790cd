using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// Puts together what stands in pieces: a header folded over lines (a break, then blanks), base64 wrapped at a column, a text continued by a
/// backslash, and a string written as two, <c>"abc" + "def"</c>.
/// </summary>
internal static class FoldedLines
{
    private static readonly SearchValues<char> s_marks = SearchValues.Create("\"'`\r\n\u0085\u2028\u2029");

    internal static bool MayHold(ReadOnlySpan<char> text) => text.ContainsAny(s_marks);

    /// <summary>Takes out what only separates pieces.</summary>
    /// <returns>Whether there was any.</returns>
    internal static bool Join(ReadOnlySpan<char> text, ref TextView joined)
    {
        bool changed = false;
        int copied = 0;
        int at = 0;
        while (at < text.Length && text[at..].IndexOfAny(s_marks) is var mark and >= 0)
        {
            at += mark;
            int start = at;
            int end = IsBreak(text[at]) ? AroundBreak(text, copied, ref start) : BetweenQuotes(text, at);
            if (end > 0)
            {
                changed = true;
                joined.AppendRun(text[copied..start], copied);
                copied = end;
            }

            at = Math.Max(end, at + 1);
        }

        joined.AppendRun(text[copied..], copied);
        return changed;
    }

    /// <summary>A break with the blanks around it, and the backslash before them.</summary>
    private static int AroundBreak(ReadOnlySpan<char> text, int from, ref int start)
    {
        int end = SkipBlanks(text, start);
        while (start > from && IsBlank(text[start - 1]))
        {
            start--;
        }

        if (start > from && text[start - 1] == '\\')
        {
            start--;
        }

        return end;
    }

    /// <summary>From a quote that closes to the one that opens, with blanks and a joining sign between; zero when it is not that.</summary>
    private static int BetweenQuotes(ReadOnlySpan<char> text, int quote)
    {
        int at = SkipBlanks(text, quote + 1);
        if (at < text.Length && text[at] is '+' or ',' or '&' or '.' or '\\')
        {
            at = SkipBlanks(text, at + 1);
        }

        return at < text.Length && text[at] == text[quote] ? at + 1 : 0;
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
}
