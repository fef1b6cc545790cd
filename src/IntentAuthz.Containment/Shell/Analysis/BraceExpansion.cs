using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary>Brace expansion: a word with <c>{a,b}</c> or <c>{1..3}</c> becomes several, before anything else happens to it.</summary>
internal static class BraceExpansion
{
    // A text can ask for billions of words in a dozen characters.
    private const int MaxWords = 4096;

    /// <summary>The words, or null where they are too many.</summary>
    public static List<Word>? Expand(Word word)
    {
        var tokens = new List<object>();
        foreach (var part in word.Parts)
        {
            if (part is LiteralPart { IsQuoted: false } literal)
            {
                foreach (var c in literal.Text)
                {
                    tokens.Add(c);
                }
            }
            else
            {
                tokens.Add(part);
            }
        }

        if (tokens.Count > 65_536 || Expand(tokens, 0) is not { } expanded)
        {
            return null;
        }

        var words = new List<Word>(expanded.Count);
        foreach (var one in expanded)
        {
            var builder = new PartsBuilder();
            foreach (var token in one)
            {
                if (token is char c)
                {
                    builder.Text(c, isQuoted: false);
                }
                else if (token is LiteralPart { Text.Length: > 0 } literal)
                {
                    builder.Text(literal.Text, literal.IsQuoted);
                }
                else
                {
                    builder.Part((WordPart)token);
                }
            }

            words.Add(new Word(word.Position, builder.Build()));
        }

        return words;
    }

    private static List<List<object>>? Expand(List<object> tokens, int depth)
    {
        if (depth > 32)
        {
            return null;
        }

        for (var open = 0; open < tokens.Count; open++)
        {
            if (tokens[open] is not '{' || FindClose(tokens, open) is not { } close)
            {
                continue;
            }

            var alternatives = Alternatives(tokens, open, close, depth, out var tooMany);
            if (tooMany)
            {
                return null;
            }

            if (alternatives is null)
            {
                continue;
            }

            var before = tokens.GetRange(0, open);
            if (Expand(tokens.GetRange(close + 1, tokens.Count - close - 1), depth + 1) is not { } afters || (long)afters.Count * alternatives.Count > MaxWords)
            {
                return null;
            }

            var all = new List<List<object>>(afters.Count * alternatives.Count);
            long size = 0;
            foreach (var alternative in alternatives)
            {
                foreach (var after in afters)
                {
                    size += before.Count + alternative.Count + after.Count;
                    if (size > 1_000_000)
                    {
                        return null;
                    }

                    all.Add([.. before, .. alternative, .. after]);
                }
            }

            return all;
        }

        return [tokens];
    }

    private static int? FindClose(List<object> tokens, int open)
    {
        var depth = 0;
        for (var i = open; i < tokens.Count; i++)
        {
            if (tokens[i] is '{')
            {
                depth++;
            }
            else if (tokens[i] is '}' && --depth == 0)
            {
                return i;
            }
        }

        return null;
    }

    private static List<List<object>>? Alternatives(List<object> tokens, int open, int close, int depth, out bool tooMany)
    {
        tooMany = false;
        var nested = 0;
        List<(int From, int To)>? ranges = null;
        var from = open + 1;
        for (var i = open + 1; i < close; i++)
        {
            if (tokens[i] is '{')
            {
                nested++;
            }
            else if (tokens[i] is '}')
            {
                nested--;
            }
            else if (tokens[i] is ',' && nested == 0)
            {
                (ranges ??= []).Add((from, i));
                from = i + 1;
            }
        }

        if (ranges is null)
        {
            return Sequence(tokens, open, close, out tooMany);
        }

        ranges.Add((from, close));
        var all = new List<List<object>>();
        foreach (var (start, end) in ranges)
        {
            if (Expand(tokens.GetRange(start, end - start), depth + 1) is not { } inner || all.Count + inner.Count > MaxWords)
            {
                tooMany = true;
                return null;
            }

            all.AddRange(inner);
        }

        return all;
    }

    private static List<List<object>>? Sequence(List<object> tokens, int open, int close, out bool tooMany)
    {
        tooMany = false;
        var text = new System.Text.StringBuilder();
        for (var i = open + 1; i < close; i++)
        {
            if (tokens[i] is not char c)
            {
                return null;
            }

            text.Append(c);
        }

        var ends = text.ToString().Split("..");
        if (ends.Length is < 2 or > 3)
        {
            return null;
        }

        long step = 1;
        if (ends.Length == 3 && !Integer(ends[2], out step))
        {
            return null;
        }

        step = step == 0 ? 1 : step == long.MaxValue ? 1_000_000_000_000 : Math.Abs(step);
        var letters = ends[0].Length == 1 && ends[1].Length == 1 && char.IsAsciiLetter(ends[0][0]) && char.IsAsciiLetter(ends[1][0]);
        long first;
        long last;
        var width = 0;
        if (letters)
        {
            (first, last) = (ends[0][0], ends[1][0]);
        }
        else if (!Integer(ends[0], out first) || !Integer(ends[1], out last))
        {
            return null;
        }
        else if (IsPadded(ends[0]) || IsPadded(ends[1]))
        {
            width = Math.Max(ends[0].Length, ends[1].Length);
        }

        if (first == long.MaxValue || last == long.MaxValue || Math.Abs((decimal)first - last) / step >= MaxWords)
        {
            tooMany = true;
            return null;
        }

        var all = new List<List<object>>();
        for (var value = first; first <= last ? value <= last : value >= last; value += first <= last ? step : -step)
        {
            var item = letters ? ((char)value).ToString() : Pad(value, width);
            all.Add([.. item.Select(c => (object)c)]);
        }

        return all;
    }

    // What is a number but larger than any sensible end is the largest one, and then too many.
    private static bool Integer(string text, out long value)
    {
        if (text.AsSpan().TrimStart("+-").IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            value = 0;
            return false;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value is > -1_000_000_000_000 and < 1_000_000_000_000)
        {
            return true;
        }

        value = long.MaxValue;
        return text.AsSpan().TrimStart("+-").Length > 0;
    }

    private static bool IsPadded(string text)
    {
        var digits = text.TrimStart('-', '+');
        return digits.Length > 1 && digits[0] == '0';
    }

    private static string Pad(long value, int width)
    {
        var digits = Math.Abs(value).ToString(CultureInfo.InvariantCulture);
        return value < 0 ? "-" + digits.PadLeft(Math.Max(0, width - 1), '0') : digits.PadLeft(width, '0');
    }
}
