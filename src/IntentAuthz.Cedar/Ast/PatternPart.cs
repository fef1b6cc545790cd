namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// A part of a pattern between two wildcards. The search of the base library is fastest, but begins anew at every place: where text and
/// part repeat themselves, it takes the product of their lengths, minutes for a text of megabytes. Longer parts are therefore
/// searched with the table of Knuth, Morris and Pratt, which looks at each unit of the text at most twice.
/// </summary>
internal sealed class PatternPart(string text)
{
    // The most that a search which begins anew can waste a place.
    private const int MaxSimple = 32;

    // For each beginning of the part: how long is its longest proper end that is a beginning of the part, too?
    private readonly int[]? _borders = text.Length > MaxSimple ? BordersOf(text) : null;

    /// <summary>Where the first occurrence of the part ends, or -1.</summary>
    public int EndIn(ReadOnlySpan<char> span)
    {
        if (_borders is not { } borders)
        {
            var index = span.IndexOf(text, StringComparison.Ordinal);
            return index < 0 ? -1 : index + text.Length;
        }

        var matched = 0;
        for (var i = 0; i < span.Length; i++)
        {
            matched = Next(matched, span[i], borders, text);
            if (matched == text.Length)
            {
                return i + 1;
            }
        }

        return -1;
    }

    private static int[] BordersOf(string text)
    {
        var borders = new int[text.Length];
        for (var i = 1; i < text.Length; i++)
        {
            borders[i] = Next(borders[i - 1], text[i], borders, text);
        }

        return borders;
    }

    // So many units matched before; how many with this one?
    private static int Next(int matched, char unit, int[] borders, string text)
    {
        while (matched > 0 && text[matched] != unit)
        {
            matched = borders[matched - 1];
        }

        return text[matched] == unit ? matched + 1 : 0;
    }
}
