using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntentAuthz;

/// <summary>Undoes the escapes under which a secret could stand in text: those of JSON and of program text, Cedar's among them, a URL's, and HTML's.</summary>
internal static class EscapedText
{
    private const int LongestEntity = 10; // &#x10FFFF;
    private const int LongestBraced = 10; // \u{10FFFF}

    private static readonly SearchValues<char> s_marks = SearchValues.Create("\\%&");

    internal static bool MayHold(ReadOnlySpan<char> text) => text.ContainsAny(s_marks);

    /// <summary>Undoes one layer of escapes.</summary>
    /// <returns>Whether there were any.</returns>
    internal static bool Undo(ReadOnlySpan<char> text, ref TextView plain)
    {
        bool changed = false;
        Span<char> units = stackalloc char[2];
        int copied = 0;
        int at = 0;
        while (at < text.Length && text[at..].IndexOfAny(s_marks) is var mark and >= 0)
        {
            at += mark;
            int written;
            int length = text[at] switch
            {
                '\\' => Backslash(text[at..], units, out written),
                '&' => Entity(text[at..], units, out written),
                _ => Percent(text[at..], units, out written),
            };
            if (length > 0)
            {
                changed = true;
                plain.AppendRun(text[copied..at], copied);
                plain.AppendEscape(units[..written], at, length);
                copied = at + length;
            }

            at += Math.Max(length, 1);
        }

        plain.AppendRun(text[copied..], copied);
        return changed;
    }

    private static int Backslash(ReadOnlySpan<char> text, Span<char> units, out int written)
    {
        written = 1;
        if (text.Length < 2)
        {
            return 0;
        }

        if (text.StartsWith("\\u{"))
        {
            return Braced(text, units, out written);
        }

        int digits = text[1] switch { 'u' => 4, 'x' => 2, _ => 0 };
        if (digits > 0)
        {
            bool isHex = text.Length >= digits + 2
                && ushort.TryParse(text.Slice(2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
                && Set(units, (char)unit);
            return isHex ? digits + 2 : 0;
        }

        int plain = text[1] switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '0' => '\0',
            '"' or '\\' or '/' or '\'' => text[1],
            _ => -1,
        };
        return plain >= 0 && Set(units, (char)plain) ? 2 : 0;
    }

    /// <summary>Cedar's own, under which what is invisible stands in every resource's text.</summary>
    private static int Braced(ReadOnlySpan<char> text, Span<char> units, out int written)
    {
        written = 0;
        int end = text[..Math.Min(text.Length, LongestBraced)].IndexOf('}');
        return end > 3
            && int.TryParse(text[3..end], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && Rune.TryCreate(value, out Rune rune)
            && rune.TryEncodeToUtf16(units, out written)
                ? end + 1
                : 0;
    }

    private static int Entity(ReadOnlySpan<char> text, Span<char> units, out int written)
    {
        written = 1;
        int end = text[..Math.Min(text.Length, LongestEntity)].IndexOf(';');
        if (end < 3)
        {
            return 0;
        }

        ReadOnlySpan<char> name = text[1..end];
        if (name[0] == '#')
        {
            bool isHex = name[1] is 'x' or 'X';
            bool isRune = int.TryParse(name[(isHex ? 2 : 1)..], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && Rune.TryCreate(value, out Rune rune)
                && rune.TryEncodeToUtf16(units, out written);
            return isRune ? end + 1 : 0;
        }

        char plain = name switch { "amp" => '&', "lt" => '<', "gt" => '>', "quot" => '"', "apos" => '\'', _ => '\0' };
        return plain != '\0' && Set(units, plain) ? end + 1 : 0;
    }

    private static int Percent(ReadOnlySpan<char> text, Span<char> units, out int written)
    {
        Span<byte> utf8 = stackalloc byte[4];
        written = 0;
        int count = 0;
        while (count < utf8.Length
            && text.Length >= (count * 3) + 3
            && text[count * 3] == '%'
            && byte.TryParse(text.Slice((count * 3) + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out utf8[count]))
        {
            count++;
            if (utf8[0] < 0x80)
            {
                break;
            }
        }

        return count > 0
            && Rune.DecodeFromUtf8(utf8[..count], out Rune rune, out int consumed) == OperationStatus.Done
            && rune.TryEncodeToUtf16(units, out written)
                ? consumed * 3
                : 0;
    }

    private static bool Set(Span<char> units, char c)
    {
        units[0] = c;
        return true;
    }
}
