using System.Globalization;
using System.Text;

namespace IntentAuthz.Cedar;

/// <summary>Writing Cedar text. All members are pure and safe to call from any thread.</summary>
public static class CedarText
{
    // Long enough to recognise a name, short enough that a hostile one does not fill a log.
    private const int ShortenedLength = 80;

    /// <summary>
    /// Writes a string literal: quoted, with <c>"</c>, <c>\</c>, control characters and characters that are invisible or change
    /// the direction of text as escapes. What the parser reads back is exactly <paramref name="text"/>.
    /// </summary>
    /// <param name="text">Any well-formed UTF-16 text.</param>
    /// <exception cref="ArgumentException">The text holds a lone surrogate, for which Cedar has no notation.</exception>
    public static string Quote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var builder = new StringBuilder(text.Length + 2);
        AppendQuoted(builder, text);
        return builder.ToString();
    }

    internal static void AppendQuoted(StringBuilder builder, string text)
    {
        builder.Append('"');
        AppendEscaped(builder, text, isPattern: false);
        builder.Append('"');
    }

    /// <summary>Appends the inside of a literal. In a pattern, a literal star is written <c>\*</c>.</summary>
    internal static void AppendEscaped(StringBuilder builder, ReadOnlySpan<char> text, bool isPattern)
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out var rune, out var consumed) != System.Buffers.OperationStatus.Done)
            {
                throw new ArgumentException("The text holds a lone surrogate, for which Cedar has no notation. Replace it first.", nameof(text));
            }

            AppendRune(builder, rune, text[..consumed], isPattern);
            text = text[consumed..];
        }
    }

    /// <summary>Appends one character as in a literal.</summary>
    internal static void AppendEscaped(StringBuilder builder, Rune rune)
    {
        Span<char> chars = stackalloc char[2];
        AppendRune(builder, rune, chars[..rune.EncodeToUtf16(chars)], isPattern: false);
    }

    private static void AppendRune(StringBuilder builder, Rune rune, ReadOnlySpan<char> chars, bool isPattern)
    {
        switch (rune.Value)
        {
            case '"':
                builder.Append("\\\"");
                break;
            case '\\':
                builder.Append("\\\\");
                break;
            case '\n':
                builder.Append("\\n");
                break;
            case '\r':
                builder.Append("\\r");
                break;
            case '\t':
                builder.Append("\\t");
                break;
            case '\0':
                builder.Append("\\0");
                break;
            case '*' when isPattern:
                builder.Append("\\*");
                break;
            default:
                if (IsVisible(rune))
                {
                    builder.Append(chars);
                }
                else
                {
                    builder.Append("\\u{").Append(rune.Value.ToString("x", CultureInfo.InvariantCulture)).Append('}');
                }

                break;
        }
    }

    // A policy that a person reviews must not hide text: bidirectional controls and zero-width characters are written as escapes.
    internal static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => false,
        UnicodeCategory.SpaceSeparator => rune.Value == ' ',
        _ => true,
    };

    internal static string Shorten(ReadOnlySpan<char> text)
    {
        if (text.Length <= ShortenedLength)
        {
            return text.ToString();
        }

        // Do not cut a surrogate pair in half.
        var length = char.IsHighSurrogate(text[ShortenedLength - 1]) ? ShortenedLength - 1 : ShortenedLength;
        return string.Concat(text[..length], "…");
    }
}
