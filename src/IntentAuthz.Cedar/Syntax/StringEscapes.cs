using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>
/// Reads the inside of string literals. The escapes are those of Rust, which Cedar takes over: <c>\n \r \t \\ \0 \' \"</c>,
/// <c>\x00</c> to <c>\x7f</c>, and <c>\u{…}</c> with one to six hexadecimal digits; in a pattern also <c>\*</c>.
/// A bare carriage return is an error, a bare line feed is not.
/// </summary>
internal ref struct StringEscapes
{
    private readonly TokenReader _reader;
    private readonly ReadOnlySpan<char> _text;
    private readonly int _offset;
    private readonly bool _isPattern;
    private int _position;

    private StringEscapes(TokenReader reader, Token token, bool isPattern)
    {
        _reader = reader;
        _offset = token.Range.Start + 1;
        _text = reader.Source.Text.AsSpan(_offset, token.Range.Length - 2);
        _isPattern = isPattern;
    }

    /// <summary>The text of a string token. Reports bad escapes and leaves them out.</summary>
    public static string Unescape(TokenReader reader, Token token)
    {
        var escapes = new StringEscapes(reader, token, isPattern: false);
        if (escapes._text.IndexOfAny('\\', '\r') < 0)
        {
            return reader.Intern(escapes._text);
        }

        var builder = new StringBuilder(escapes._text.Length);
        while (escapes.TryReadNext(out var rune, out _))
        {
            Append(builder, rune);
        }

        return builder.ToString();
    }

    /// <summary>The pattern of a string token. A star is a wildcard unless written <c>\*</c>; <c>\u{2a}</c> is a wildcard too.</summary>
    public static LikePattern UnescapePattern(TokenReader reader, Token token)
    {
        var escapes = new StringEscapes(reader, token, isPattern: true);
        var parts = ImmutableArray.CreateBuilder<string>();
        var part = new StringBuilder();
        while (escapes.TryReadNext(out var rune, out var isWildcard))
        {
            if (isWildcard)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                Append(part, rune);
            }
        }

        parts.Add(part.ToString());
        return new(parts.ToImmutable());
    }

    private static void Append(StringBuilder builder, Rune? rune)
    {
        if (rune is { } r)
        {
            builder.Append(r.ToString());
        }
    }

    // The rune is null where an error was reported.
    private bool TryReadNext(out Rune? rune, out bool isWildcard)
    {
        (rune, isWildcard) = (null, false);
        if (_position >= _text.Length)
        {
            return false;
        }

        var start = _position;
        if (_text[start] == '\\')
        {
            _position++;
            rune = ReadEscape(start, out var isLiteralStar);
            isWildcard = _isPattern && !isLiteralStar && rune == new Rune('*');
            return true;
        }

        Rune.DecodeFromUtf16(_text[start..], out var plain, out var consumed);
        _position += consumed;
        if (plain.Value == '\r')
        {
            Report(start, "a carriage return inside a string must be written `\\r`");
            return true;
        }

        rune = plain;
        isWildcard = _isPattern && plain.Value == '*';
        return true;
    }

    private Rune? ReadEscape(int start, out bool isLiteralStar)
    {
        isLiteralStar = false;
        // The lexer never ends a literal right after a backslash.
        Rune.DecodeFromUtf16(_text[_position..], out var escape, out var consumed);
        _position += consumed;
        switch (escape.Value)
        {
            case 'n':
                return new('\n');
            case 'r':
                return new('\r');
            case 't':
                return new('\t');
            case '0':
                return new('\0');
            case '\\' or '\'' or '"':
                return escape;
            case 'x':
                return ReadByte(start);
            case 'u':
                return ReadUnicode(start);
            case '*' when _isPattern:
                isLiteralStar = true;
                return escape;
            default:
                Report(start, $"`\\{escape}` is not an escape", escape.Value == '*' ? "`\\*` is only allowed in the pattern of `like`" : "a backslash is written `\\\\`");
                return null;
        }
    }

    private Rune? ReadByte(int start)
    {
        var digits = _text[_position..Math.Min(_position + 2, _text.Length)];
        if (digits.Length < 2 || !char.IsAsciiHexDigit(digits[0]) || !char.IsAsciiHexDigit(digits[1]))
        {
            Report(start, "`\\x` needs two hexadecimal digits");
            return null;
        }

        _position += 2;
        var value = int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        if (value > 0x7F)
        {
            Report(start, "`\\x` reaches to 7f only", $"write `\\u{{{value:x}}}`");
            return null;
        }

        return new(value);
    }

    private Rune? ReadUnicode(int start)
    {
        var close = _text[_position..].IndexOf('}');
        if (_position >= _text.Length || _text[_position] != '{' || close < 0)
        {
            Report(start, "`\\u` needs hexadecimal digits in braces", "such as `\\u{1f600}`");
            return null;
        }

        var content = _text.Slice(_position + 1, close - 1);
        _position += close + 1;
        var (value, digits) = (0, 0);
        foreach (var c in content)
        {
            // Underscores may separate digits, but not come first.
            if (c == '_' && digits > 0)
            {
                continue;
            }

            if (!char.IsAsciiHexDigit(c) || ++digits > 6)
            {
                digits = 0;
                break;
            }

            value = (value << 4) | HexValue(c);
        }

        if (digits == 0 || !Rune.IsValid(value))
        {
            Report(start, digits == 0 ? "`\\u{…}` holds one to six hexadecimal digits" : $"U+{value:X4} is not a Unicode scalar value");
            return null;
        }

        return new(value);
    }

    private static int HexValue(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;

    private readonly void Report(int start, string message, string? help = null) =>
        _reader.Diagnostics.Add(DiagnosticCodes.InvalidEscape, new(_offset + start, _offset + Math.Max(start + 1, _position)), message, help);
}
