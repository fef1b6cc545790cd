using System.Globalization;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// Makes text that an agent may have chosen fit to be read on a terminal, in a log and in a message: one line, bounded, without what moves a
/// cursor, turns the direction of writing or cannot be seen.
/// </summary>
internal static class ShownText
{
    internal static string Of(string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        bool isPlain = text.Length <= most;
        for (int i = 0; isPlain && i < text.Length; i++)
        {
            isPlain = text[i] is >= ' ' and <= '~';
        }

        if (isPlain)
        {
            return text;
        }

        StringBuilder shown = new(Math.Min(text.Length, most));
        foreach (Rune rune in text.EnumerateRunes())
        {
            // What stands for an unpaired surrogate is U+FFFD already.
            string next = IsShown(rune) ? rune.ToString() : $"\\u{{{rune.Value:x}}}";
            if (shown.Length + next.Length > most - 1)
            {
                shown.Append('…');
                break;
            }

            shown.Append(next);
        }

        return shown.ToString();
    }

    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate);
}
