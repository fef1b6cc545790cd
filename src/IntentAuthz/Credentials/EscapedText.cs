using System.Globalization;
using System.Text;

namespace IntentAuthz;

/// <summary>Undoes the escapes under which a secret could stand in text: JSON's and a URL's. Text without any costs nothing.</summary>
internal static class EscapedText
{
    /// <summary>The text with one kind of escape undone, for each kind that undoing changes.</summary>
    internal static IEnumerable<string> Decodings(string text)
    {
        if (text.Contains('\\') && Undo(text) is { } plain)
        {
            yield return plain;
        }

        if (text.Contains('%') && Uri.UnescapeDataString(text) is { } unescaped && unescaped.Length < text.Length)
        {
            yield return unescaped;
        }
    }

    /// <summary>Undoes <c>\u0041</c> and the escapes of one letter, whether or not the text is JSON. Null when there are none.</summary>
    private static string? Undo(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c != '\\' || i + 1 == text.Length)
            {
                plain.Append(c);
                continue;
            }

            char next = text[i + 1];
            if (next == 'u' && i + 6 <= text.Length
                && ushort.TryParse(text.AsSpan(i + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit))
            {
                plain.Append((char)unit);
                i += 5;
            }
            else if ("\"\\/".Contains(next, StringComparison.Ordinal))
            {
                plain.Append(next);
                i++;
            }
            else
            {
                plain.Append(c);
            }
        }

        return plain.Length < text.Length ? plain.ToString() : null;
    }
}
