using System.Globalization;

namespace IntentAuthz;

/// <summary>
/// Finds the numbers, dates, times, durations and addresses that a folded text mentions, in one pass and in linear time. It reads the ways in
/// which people and tools write them in English and in ISO 8601; what it does not recognise is simply not found, which is never trusted.
/// </summary>
internal static class MentionScanner
{
    /// <summary>The most mentions of one text.</summary>
    internal const int Most = 4096;

    private const int MaxToken = 512;

    internal static List<Mention> Scan(string text) => Scan(text, out _);

    /// <summary>The mentions of a text, in order.</summary>
    /// <param name="text">Folded text.</param>
    /// <param name="isComplete">Whether the text was read to its end: where not, whoever needs to know what is <em>not</em> mentioned knows nothing.</param>
    internal static List<Mention> Scan(string text, out bool isComplete)
    {
        List<Mention> found = [];
        int pendingDay = 0; // "the 11th to the 15th of January": a day that waits for its month
        int pendingAt = 0;
        int at = 0;
        while (at < text.Length && found.Count < Most)
        {
            char c = text[at];
            if (c is ' ' || IsDelimiter(c))
            {
                at++;
                continue;
            }

            int end = at;
            while (end < text.Length && text[end] != ' ' && !IsDelimiter(text[end]) && end - at < MaxToken)
            {
                end++;
            }

            int trimmed = end;
            while (trimmed > at && text[trimmed - 1] is '.' or ',' or ':' or '!' or '?')
            {
                trimmed--;
            }

            ReadOnlySpan<char> token = text.AsSpan(at, trimmed - at);
            if (token.Length == 0)
            {
                at = end;
                continue;
            }

            if (AddressScanner.TryRead(text, at, token, out Mention address))
            {
                found.Add(address);
                at = Math.Max(end, address.Start + address.Length);
                continue;
            }

            if (IsPlainWord(token))
            {
                at = end;
                continue;
            }

            int next = end;
            if (DateScanner.TryRead(text, at, token, ref next, ref pendingDay, ref pendingAt, found))
            {
                at = next;
                continue;
            }

            ReadNumbers(text, at, token, found);
            at = end;
        }

        isComplete = found.Count < Most;
        return found;
    }

    /// <summary>Whether a token can be neither a number nor a moment nor an address: most can not, and looking closer at all of them would cost more than all the rest.</summary>
    private static bool IsPlainWord(ReadOnlySpan<char> token) =>
        token.IndexOfAnyInRange('-', ':') < 0 && !token.Contains('@') // digits lie between the hyphen and the colon, with the dot and the slash
        && Months.Number(token) == 0 && Months.Small(token) < 0 && token is not ("noon" or "midday" or "half");

    /// <summary>The numbers in a token: <c>$1,500</c>, <c>19.5%</c>, <c>10-15</c>; none in a word such as <c>uk12</c>.</summary>
    private static void ReadNumbers(string text, int start, ReadOnlySpan<char> token, List<Mention> found)
    {
        int i = 0;
        while (i < token.Length && found.Count < Most)
        {
            if (!char.IsAsciiDigit(token[i]))
            {
                i++;
                continue;
            }

            int from = i;
            while (i < token.Length && (char.IsAsciiDigit(token[i])
                || (token[i] is '.' or ',' && i + 1 < token.Length && char.IsAsciiDigit(token[i + 1]))))
            {
                i++;
            }

            bool isWord = (from > 0 && char.IsLetter(token[from - 1])) || (i < token.Length && char.IsLetter(token[i]) && !IsUnit(token[i..]));
            if (!isWord && i - from <= 28
                && decimal.TryParse(WithoutGrouping(token[from..i]), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
            {
                bool isPercent = (i < token.Length && token[i] == '%') || Next(text, start + i).StartsWith("percent") || Next(text, start + i).StartsWith("%");
                found.Add(new Mention(isPercent ? MentionKind.Percent : MentionKind.Number, start + from, i - from, value));
            }
        }

        if (Months.Small(token) is var small and > 0 && token.Length > 2)
        {
            found.Add(new Mention(MentionKind.Number, start, token.Length, small));
        }
    }

    private static bool IsUnit(ReadOnlySpan<char> rest) =>
        rest is "st" or "nd" or "rd" or "th" or "eur" or "usd" or "chf" or "gbp" or "k" or "am" or "pm" or "h" or "x";

    private static ReadOnlySpan<char> Next(string text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        return text.AsSpan(Math.Min(at, text.Length));
    }

    private static string WithoutGrouping(ReadOnlySpan<char> digits) => digits.Contains(',') ? digits.ToString().Replace(",", "", StringComparison.Ordinal) : digits.ToString();

    internal static bool IsDelimiter(char c) => c is '(' or ')' or '[' or ']' or '{' or '}' or '<' or '>' or '"' or '\'' or '`' or '|' or ';' or '“' or '”' or '‘' or '’';
}
