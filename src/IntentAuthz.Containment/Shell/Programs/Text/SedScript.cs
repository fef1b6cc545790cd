using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary>Reads a script of <c>sed</c>, command by command. What does not parse here is opaque: sed may see more in it.</summary>
internal sealed class SedScript(string script, int position, ProgramEffects effects)
{
    private static readonly SearchValues<char> LabelEnds = SearchValues.Create(" \t\r\n;");
    private int _at;

    public void Tell()
    {
        while (true)
        {
            Skip(" \t\r\n;");
            if (_at >= script.Length)
            {
                return;
            }

            if (!Addresses() || _at >= script.Length || !Command(script[_at++]))
            {
                effects.Opaque(OpaqueReason.ForeignCode, "The script of 'sed' is not understood.", new ShellWord(script, position));
                return;
            }
        }
    }

    private bool Addresses()
    {
        if (!Address())
        {
            return true;
        }

        Skip(" \t");
        if (Peek() == ',')
        {
            _at++;
            Skip(" \t");
            if (Peek() is '+' or '~')
            {
                _at++;
                return Digits() && Negation();
            }

            if (!Address())
            {
                return false;
            }
        }

        return Negation() && !_malformed;
    }

    private bool _malformed;

    private bool Negation()
    {
        Skip(" \t");
        while (Peek() == '!')
        {
            _at++;
            Skip(" \t");
        }

        return true;
    }

    private bool Address()
    {
        char c = Peek();
        if (char.IsAsciiDigit(c))
        {
            Digits();
            Skip(" \t");
            if (Peek() == '~')
            {
                _at++;
                _malformed |= !Digits();
            }

            return true;
        }

        if (c == '$')
        {
            _at++;
            return true;
        }

        if (c is not ('/' or '\\'))
        {
            if (c == '!')
            {
                Negation();
            }

            return false;
        }

        _at += c == '\\' ? 2 : 1;
        if (_at > script.Length)
        {
            _malformed = true;
            return true;
        }

        _malformed |= !Delimited(script[_at - 1], isRegex: true);
        while (Peek() is 'I' or 'M')
        {
            _at++;
        }

        return true;
    }

    private bool Command(char command)
    {
        if (_malformed)
        {
            return false;
        }

        switch (command)
        {
            case '{':
                return true;
            case '}' or '=' or 'd' or 'D' or 'g' or 'G' or 'h' or 'H' or 'n' or 'N' or 'p' or 'P' or 'x' or 'z' or 'F':
                return End();
            case 'q' or 'Q' or 'l' or 'L':
                Skip(" \t");
                Digits();
                return End();
            case '#':
                ToEndOfLine();
                return true;
            case 'a' or 'i' or 'c':
                return Text();
            case ':' or 'b' or 't' or 'T':
                return Label();
            case 'v':
                ToEndOfLine();
                return true;
            case 'r' or 'R':
                return FileName(static (word, e) => e.Reads(word), "/dev/stdin");
            case 'w' or 'W':
                return FileName(static (word, e) => e.Writes(word), "/dev/stdout", "/dev/stderr");
            case 'e':
                Skip(" \t");
                string line = ToEndOfLine();
                ShellWords.RunShell(new ShellWord(line.Length == 0 ? null : line, position), effects);
                return true;
            case 'y':
                return _at < script.Length && script[_at++] is var y && Delimited(y, isRegex: false) && Delimited(y, isRegex: false) && End();
            case 's':
                return Substitution();
            default:
                return false;
        }
    }

    private bool Substitution()
    {
        if (_at >= script.Length)
        {
            return false;
        }

        char delimiter = script[_at++];
        if (delimiter is '\n' or '\\' || !Delimited(delimiter, isRegex: true) || !Delimited(delimiter, isRegex: false))
        {
            return false;
        }

        while (true)
        {
            switch (Peek())
            {
                case 'g' or 'p' or 'i' or 'I' or 'm' or 'M' or (>= '0' and <= '9'):
                    _at++;
                    break;
                case 'e':
                    _at++;
                    ShellWords.RunShell(new ShellWord(null, position), effects);
                    break;
                case 'w':
                    _at++;
                    return FileName(static (word, e) => e.Writes(word), "/dev/stdout", "/dev/stderr");
                default:
                    return End();
            }
        }
    }

    /// <summary>Up to the delimiter. Versions disagree about one inside brackets, so that is not understood.</summary>
    private bool Delimited(char delimiter, bool isRegex)
    {
        bool bracket = false;
        while (_at < script.Length)
        {
            char c = script[_at++];
            if (c == delimiter)
            {
                return !bracket;
            }

            switch (c)
            {
                case '\\':
                    if (_at >= script.Length)
                    {
                        return false;
                    }

                    if (bracket && (script[_at] == delimiter || script[_at] == ']'))
                    {
                        return false;
                    }

                    _at++;
                    break;
                case '\n' when isRegex:
                    return false;
                case '[' when isRegex && !bracket:
                    bracket = true;
                    if (Peek() == '^')
                    {
                        _at++;
                    }

                    if (Peek() == ']')
                    {
                        _at++;
                    }

                    break;
                case '[' when bracket && Peek() is ':' or '.' or '=':
                    int close = script.IndexOf($"{script[_at]}]", _at + 1, StringComparison.Ordinal);
                    if (close < 0 || script.AsSpan(_at, close - _at).Contains(delimiter))
                    {
                        return false;
                    }

                    _at = close + 2;
                    break;
                case ']' when bracket:
                    bracket = false;
                    break;
            }
        }

        return false;
    }

    private bool Text()
    {
        Skip(" \t");
        if (_at >= script.Length)
        {
            return false;
        }

        while (_at < script.Length)
        {
            char c = script[_at++];
            if (c == '\n')
            {
                return true;
            }

            if (c == '\\' && _at < script.Length)
            {
                _at++;
            }
        }

        return true;
    }

    private bool Label()
    {
        Skip(" \t");
        int end = script.AsSpan(_at).IndexOfAny(LabelEnds);
        end = end < 0 ? script.Length : _at + end;
        foreach (char c in script.AsSpan(_at, end - _at))
        {
            // '}' ends a label for some, and is a part of it for others.
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-' or '.'))
            {
                return false;
            }
        }

        _at = end;
        return true;
    }

    private bool FileName(Action<ShellWord, ProgramEffects> tell, params ReadOnlySpan<string> standard)
    {
        Skip(" \t");
        string name = ToEndOfLine();
        if (name.Length == 0)
        {
            return false;
        }

        if (!standard.Contains(name))
        {
            tell(new ShellWord(name, position), effects);
        }

        return true;
    }

    private string ToEndOfLine()
    {
        int end = script.IndexOf('\n', _at);
        end = end < 0 ? script.Length : end;
        string line = script[_at..end];
        _at = end;
        return line;
    }

    private bool End()
    {
        Skip(" \t\r");
        return _at >= script.Length || script[_at] is '\n' or ';' or '}' or '#';
    }

    private bool Digits()
    {
        int start = _at;
        while (char.IsAsciiDigit(Peek()))
        {
            _at++;
        }

        return _at > start;
    }

    private char Peek() => _at < script.Length ? script[_at] : '\0';

    private void Skip(string characters)
    {
        while (_at < script.Length && characters.Contains(script[_at]))
        {
            _at++;
        }
    }
}
