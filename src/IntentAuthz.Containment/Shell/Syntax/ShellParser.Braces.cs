namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    private static readonly string[] s_operators = [":-", ":=", ":?", ":+", "##", "%%", "//", "/#", "/%", "^^", ",,", "~~", "-", "=", "?", "+", "#", "%", "/", "^", ",", "~", ":", "@"];

    /// <summary>Reads <c>${…}</c> from behind the brace.</summary>
    private void ReadBraces(PartsBuilder builder, bool inQuotes, int start)
    {
        var from = _position;
        SkipMatched('{', '}', inQuotes, processes: true);
        var after = _position;
        var end = after - 1;
        var limit = _limit;
        _limit = end;
        _position = from;
        WordPart? part;
        try
        {
            part = ReadParameter(inQuotes, end);
        }
        catch (ShellSyntaxException exception) when (!exception.IsTooLarge)
        {
            part = null;
        }
        finally
        {
            _limit = limit;
        }

        if (part is null)
        {
            _budget.Unreadable(Place(start));
            part = new UnreadablePart("An expansion in braces that is not understood.", Place(start));
        }

        builder.Part(part);
        _position = after;
    }

    private ParameterPart? ReadParameter(bool inQuotes, int end)
    {
        var isLength = false;
        var isIndirect = false;
        var c = Current;
        if (c == '#' && end - _position > 1 && IsParameterStart(CharAt(After(_position))) && !IsOperatorAfterHash())
        {
            isLength = true;
            _position = After(_position);
        }
        else if (c == '!' && end - _position > 1 && (IsNameStart(CharAt(After(_position))) || char.IsAsciiDigit(CharAt(After(_position))) || CharAt(After(_position)) is '@' or '*' or '#'))
        {
            isIndirect = true;
            NoteBash("${!", _position);
            _position = After(_position);
        }

        if (ReadParameterName() is not { } name)
        {
            return null;
        }

        Word? subscript = null;
        if (!AtEnd && Current == '[')
        {
            NoteBash("an array", _position);
            var open = ++_position;
            SkipMatched('[', ']', inQuotes, processes: true);
            var close = _position;
            subscript = ReadPartsBetween(open, close - 1, PartsMode.Quoted);
            _position = close;
        }

        var part = new ParameterPart(name) { IsLength = isLength, IsIndirect = isIndirect, Subscript = subscript };
        if (AtEnd)
        {
            return part;
        }

        if (isIndirect && Current is '*' or '@' && After(_position) >= end)
        {
            return new ParameterPart(name) { IsIndirect = true, Operator = Current.ToString() + "names" };
        }

        return isLength ? null : ReadParameterOperator(part, inQuotes, end);
    }

    // `${#-}` is the length of `$-`, `${#-word}` is `$#` with a default.
    private bool IsOperatorAfterHash()
    {
        var next = After(_position);
        return CharAt(next) is '-' or '?' or '#' or ':' or '+' or '=' or '%' or '/' && After(next) < _limit;
    }

    private static bool IsParameterStart(char c) => IsNameCharacter(c) || c is '@' or '*' or '#' or '?' or '-' or '$' or '!';

    private string? ReadParameterName()
    {
        var c = Current;
        if (IsNameStart(c))
        {
            return ReadName();
        }

        if (char.IsAsciiDigit(c))
        {
            var from = _position;
            while (char.IsAsciiDigit(Current))
            {
                _position++;
            }

            return _text[from.._position];
        }

        if (c is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _position++;
            return c.ToString();
        }

        return null;
    }

    private ParameterPart? ReadParameterOperator(ParameterPart part, bool inQuotes, int end)
    {
        _ = Current;
        string? found = null;
        foreach (var candidate in s_operators)
        {
            if (end - _position >= candidate.Length && _text.AsSpan(_position, candidate.Length).SequenceEqual(candidate))
            {
                found = candidate;
                break;
            }
        }

        if (found is null)
        {
            return null;
        }

        if (found is not (":-" or ":=" or ":?" or ":+" or "-" or "=" or "?" or "+" or "#" or "##" or "%" or "%%"))
        {
            NoteBash("${name" + found + "}", _position);
        }

        var from = _position + found.Length;
        if (found is "/" or "//" or "/#" or "/%")
        {
            var slash = FindUnquoted('/', from, end, inQuotes);
            return With(part, found, ReadPartsBetween(from, slash, PartsMode.Unquoted), slash < end ? ReadPartsBetween(slash + 1, end, inQuotes ? PartsMode.Quoted : PartsMode.Unquoted) : null);
        }

        if (found == ":")
        {
            var colon = FindUnquoted(':', from, end, inQuotes);
            return With(part, found, ReadPartsBetween(from, colon, PartsMode.Quoted), colon < end ? ReadPartsBetween(colon + 1, end, PartsMode.Quoted) : null);
        }

        // Between double quotes a single quote in a default value is an ordinary character, and what follows it is expanded.
        var isWord = found is ":-" or ":=" or ":?" or ":+" or "-" or "=" or "?" or "+";
        return With(part, found, ReadPartsBetween(from, end, isWord && inQuotes ? PartsMode.Quoted : PartsMode.Unquoted), null);
    }

    private static ParameterPart With(ParameterPart part, string operation, Word argument, Word? second) => new(part.Name)
    {
        Subscript = part.Subscript,
        IsIndirect = part.IsIndirect,
        Operator = operation,
        Argument = argument,
        SecondArgument = second,
    };

    private int FindUnquoted(char wanted, int from, int end, bool inQuotes)
    {
        _position = from;
        var parentheses = 0;
        while (_position < end)
        {
            var c = _text[_position];
            if (c == wanted && parentheses == 0)
            {
                return _position;
            }

            if (wanted == ':' && c is '(' or ')' or '?')
            {
                parentheses += c == ')' ? -1 : c == '(' ? 1 : 0;
                if (c == '?')
                {
                    // `a ? b : c` has a colon of its own; nothing is cut then.
                    return end;
                }
            }

            SkipOne(inQuotes, braces: true);
        }

        return end;
    }
}
