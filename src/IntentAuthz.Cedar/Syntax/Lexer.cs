using System.Globalization;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>
/// Cuts Cedar text (policies and schemas) into tokens, one pass, no allocation. White space is Unicode's White_Space, comments
/// run from <c>//</c> to the end of the line. Errors go to the bag, and the text goes on as <see cref="TokenKind.Invalid"/>.
/// </summary>
internal sealed class Lexer(SourceText source, DiagnosticBag diagnostics)
{
    private readonly string _text = source.Text;
    private int _position;
    private bool _stringsEndAtLine;

    public Token Next()
    {
        SkipTrivia();
        if (_position >= _text.Length)
        {
            return new(TokenKind.EndOfFile, new(_text.Length, _text.Length));
        }

        var start = _position;
        var c = _text[start];
        var kind = CedarIdentifier.IsStart(c) ? ReadWord()
            : char.IsAsciiDigit(c) ? ReadNumber()
            : c == '"' ? ReadString()
            : ReadPunctuation(c);
        var token = new Token(kind, new(start, _position));
        if (token.Range.Length > CedarLimits.MaxTokenLength)
        {
            diagnostics.Add(DiagnosticCodes.TokenTooLong, token.Range,
                string.Create(CultureInfo.InvariantCulture, $"a token of {token.Range.Length} characters is longer than the limit of {CedarLimits.MaxTokenLength}"));
            return token with { Kind = TokenKind.Invalid };
        }

        return token;
    }

    private char Peek(int offset = 1) => _position + offset < _text.Length ? _text[_position + offset] : '\0';

    private void SkipTrivia()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (char.IsWhiteSpace(c))
            {
                _position++;
            }
            else if (c == '/' && Peek() == '/')
            {
                var length = _text.AsSpan(_position).IndexOfAny('\n', '\r');
                _position = length < 0 ? _text.Length : _position + length;
            }
            else
            {
                return;
            }
        }
    }

    private TokenKind ReadWord()
    {
        do
        {
            _position++;
        }
        while (_position < _text.Length && CedarIdentifier.IsPart(_text[_position]));
        return TokenKind.Identifier;
    }

    private TokenKind ReadNumber()
    {
        do
        {
            _position++;
        }
        while (_position < _text.Length && char.IsAsciiDigit(_text[_position]));
        return TokenKind.Number;
    }

    private TokenKind ReadString()
    {
        var start = _position++;
        var end = _stringsEndAtLine ? EndOfLine(start) : _text.Length;
        while (true)
        {
            var length = _position < end ? _text.AsSpan(_position, end - _position).IndexOfAny('"', '\\') : -1;
            if (length < 0 || (_text[_position + length] == '\\' && _position + length + 1 >= end))
            {
                return Unterminated(start);
            }

            _position += length;
            if (_text[_position] == '"')
            {
                _position++;
                return TokenKind.String;
            }

            _position += 2;
        }
    }

    // The rest of the text cannot be told apart from the string; going on after the line finds the errors below it. From then on
    // strings end with their line, so that a text full of open quotes is not searched to its end for each of them.
    private TokenKind Unterminated(int start)
    {
        _stringsEndAtLine = true;
        _position = EndOfLine(start);
        diagnostics.Add(DiagnosticCodes.UnterminatedString, new(start, start + 1), "this string has no end", "close it with `\"`; a quote inside a string is written `\\\"`");
        return TokenKind.Invalid;
    }

    private int EndOfLine(int start)
    {
        var length = _text.AsSpan(start).IndexOfAny('\n', '\r');
        return length < 0 ? _text.Length : start + length;
    }

    private TokenKind ReadPunctuation(char c)
    {
        var (kind, length) = (c, Peek()) switch
        {
            (':', ':') => (TokenKind.DoubleColon, 2),
            ('=', '=') => (TokenKind.Equal, 2),
            ('!', '=') => (TokenKind.NotEqual, 2),
            ('<', '=') => (TokenKind.LessOrEqual, 2),
            ('>', '=') => (TokenKind.GreaterOrEqual, 2),
            ('|', '|') => (TokenKind.Or, 2),
            ('&', '&') => (TokenKind.And, 2),
            ('@', _) => (TokenKind.At, 1),
            ('.', _) => (TokenKind.Dot, 1),
            (',', _) => (TokenKind.Comma, 1),
            (';', _) => (TokenKind.Semicolon, 1),
            (':', _) => (TokenKind.Colon, 1),
            ('(', _) => (TokenKind.OpenParenthesis, 1),
            (')', _) => (TokenKind.CloseParenthesis, 1),
            ('{', _) => (TokenKind.OpenBrace, 1),
            ('}', _) => (TokenKind.CloseBrace, 1),
            ('[', _) => (TokenKind.OpenBracket, 1),
            (']', _) => (TokenKind.CloseBracket, 1),
            ('<', _) => (TokenKind.Less, 1),
            ('>', _) => (TokenKind.Greater, 1),
            ('+', _) => (TokenKind.Plus, 1),
            ('-', _) => (TokenKind.Minus, 1),
            ('*', _) => (TokenKind.Star, 1),
            ('/', _) => (TokenKind.Slash, 1),
            ('%', _) => (TokenKind.Percent, 1),
            ('!', _) => (TokenKind.Not, 1),
            ('=', _) => (TokenKind.SingleEqual, 1),
            ('?', var next) when CedarIdentifier.IsStart(next) => (TokenKind.Slot, 1),
            ('?', _) => (TokenKind.Question, 1),
            _ => (TokenKind.Invalid, char.IsSurrogatePair(c, Peek()) ? 2 : 1),
        };
        _position += length;
        if (kind == TokenKind.Slot)
        {
            ReadWord();
        }
        else if (kind == TokenKind.Invalid)
        {
            ReportInvalid(new(_position - length, _position));
        }

        return kind;
    }

    private void ReportInvalid(TextRange range)
    {
        var text = _text.AsSpan(range.Start, range.Length);
        diagnostics.Add(DiagnosticCodes.InvalidToken, range, $"`{text}` is not part of the language", text switch
        {
            "'" => "strings are written with double quotes",
            "&" => "did you mean `&&`?",
            "|" => "did you mean `||`?",
            "\uFEFF" => "remove the byte order mark",
            _ => null,
        });
    }
}
