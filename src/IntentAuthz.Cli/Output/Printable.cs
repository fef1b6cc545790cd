using System.Globalization;
using System.Text;

namespace IntentAuthz.Cli.Output;

/// <summary>Makes text from outside safe to print: a terminal obeys control characters, and some others make it show one text for another.</summary>
internal static class Printable
{
    /// <summary>The text with every character that is not shown, or that changes how others are shown, written as <c>\u{…}</c>.</summary>
    public static string Text(string given)
    {
        if (!given.EnumerateRunes().Any(IsUnsafe))
        {
            return given;
        }

        var text = new StringBuilder(given.Length + 16);
        foreach (var rune in given.EnumerateRunes())
        {
            _ = IsUnsafe(rune) ? text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}") : text.Append(rune.ToString());
        }

        return text.ToString();
    }

    /// <summary>The same, and at most <paramref name="length"/> characters of it, with a mark where it was cut.</summary>
    public static string Text(string given, int length) => Text(given.Length > length ? string.Concat(given.AsSpan(0, length), "…") : given);

    /// <summary>JSON with the same characters in its texts written as JSON escapes them, so that it means what it meant.</summary>
    public static string Json(string json)
    {
        if (!json.EnumerateRunes().Any(IsUnsafe))
        {
            return json;
        }

        var text = new StringBuilder(json.Length + 64);
        foreach (var rune in json.EnumerateRunes())
        {
            var written = rune.ToString();
            if (!IsUnsafe(rune))
            {
                text.Append(written);
                continue;
            }

            foreach (var unit in written)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            }
        }

        return text.ToString();
    }

    // What enumerating runes could not read, such as half a surrogate pair, comes out as the replacement character.
    private static bool IsUnsafe(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
