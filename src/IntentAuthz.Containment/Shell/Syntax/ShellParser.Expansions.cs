namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    /// <summary>Reads what begins with a dollar sign.</summary>
    private void ReadDollar(PartsBuilder builder, bool inQuotes)
    {
        var start = _position;
        var next = After(_position);
        var c = CharAt(next);
        switch (c)
        {
            case '{':
                _position = next + 1;
                ReadBraces(builder, inQuotes, start);
                return;
            case '(' when CharAt(After(next)) == '(':
                ReadDoubleParentheses(builder, next + 1, start);
                return;
            case '(':
                _position = next + 1;
                builder.Part(new SubstitutionPart(ReadSubstitution(), Place(start)));
                return;
            case '[':
                NoteBash("$[", start);
                _position = next + 1;
                SkipMatched('[', ']', inQuotes);
                var after = _position;
                builder.Part(new ArithmeticPart(ReadPartsBetween(next + 1, after - 1, PartsMode.Quoted)));
                _position = after;
                return;
            case '\'' when !inQuotes:
                NoteBash("$'", start);
                _position = next + 1;
                ReadAnsiQuotes(builder);
                return;
            case '"' when !inQuotes:
                NoteBash("$\"", start);
                _position = next + 1;
                builder.Part(ReadDoubleQuoted());
                return;
            case '@' or '*' or '#' or '?' or '-' or '$' or '!':
                _position = next + 1;
                builder.Part(new ParameterPart(c.ToString()));
                return;
            default:
                if (char.IsAsciiDigit(c))
                {
                    _position = next + 1;
                    builder.Part(new ParameterPart(c.ToString()));
                }
                else if (IsNameStart(c))
                {
                    _position = next;
                    builder.Part(new ParameterPart(ReadName()));
                }
                else
                {
                    _position = start + 1;
                    builder.Text('$', inQuotes);
                }

                return;
        }
    }

    private string ReadName()
    {
        var from = _position;
        while (IsNameCharacter(Current))
        {
            _position++;
        }

        var end = _position;
        while (end - 2 >= from && _text[end - 1] == '\n' && _text[end - 2] == '\\')
        {
            end -= 2;
        }

        var name = _text[from..end];
        return name.Contains('\\', StringComparison.Ordinal) ? name.Replace("\\\n", "", StringComparison.Ordinal) : name;
    }

    /// <summary>
    /// Reads <c>$((</c>: arithmetic if its parentheses pair up so, else a substitution that begins with a subshell. Bash looks for the last parenthesis only.
    /// </summary>
    private void ReadDoubleParentheses(PartsBuilder builder, int from, int start)
    {
        _position = from;
        SkipMatched('(', ')', isQuoted: false);
        var after = _position;
        var open = from;
        while (CharAt(open) != '(')
        {
            open++;
        }

        if (IsArithmetic(open, after - 1))
        {
            builder.Part(new ArithmeticPart(ReadPartsBetween(open + 1, after - 2, PartsMode.Quoted)));
        }
        else
        {
            builder.Part(ReadLater(_text[from..(after - 1)], Place(start)));
        }

        _position = after;
    }

    // From an open parenthesis to the place behind the one that closes all: is that one's partner the first?
    private bool IsArithmetic(int open, int end)
    {
        if (end - 1 <= open || _text[end - 1] != ')')
        {
            return false;
        }

        var limit = _limit;
        _limit = end;
        try
        {
            _position = open + 1;
            SkipMatched('(', ')', isQuoted: false);
            return _position == end;
        }
        catch (ShellSyntaxException exception) when (!exception.IsTooLarge)
        {
            return false;
        }
        finally
        {
            _limit = limit;
        }
    }

    /// <summary>Reads a text of commands that bash reads only when it runs.</summary>
    private WordPart ReadLater(string text, int position)
    {
        var depth = _budget.Depth;
        _budget.Work(text.Length, position);
        _budget.Enter(position);
        try
        {
            var commands = new List<(ShellCommand, bool)>();
            var parser = new ShellParser(text, _budget, _posix, _extendedPatterns, position);
            parser.ReadProgram(commands);
            BashOnly ??= parser.BashOnly;
            return new SubstitutionPart(new CommandList(position, [.. commands]), position);
        }
        catch (ShellSyntaxException exception) when (!exception.IsTooLarge)
        {
            _budget.Unreadable(position);
            return new UnreadablePart(exception.Message, position);
        }
        finally
        {
            _budget.LeaveTo(depth);
        }
    }

    private void ReadBackquotes(PartsBuilder builder, bool inQuotes)
    {
        var open = _position;
        SkipBackquotes();
        var raw = _text.AsSpan(open + 1, _position - open - 2);
        string text;
        if (raw.Contains('\\'))
        {
            var unescaped = new System.Text.StringBuilder(raw.Length);
            for (var i = 0; i < raw.Length; i++)
            {
                if (raw[i] == '\\' && i + 1 < raw.Length && (raw[i + 1] is '$' or '`' or '\\' || (inQuotes && raw[i + 1] == '"')))
                {
                    i++;
                }

                unescaped.Append(raw[i]);
            }

            text = unescaped.ToString();
        }
        else
        {
            text = raw.ToString();
        }

        builder.Part(ReadLater(text, Place(open)));
    }

    private void SkipBackquotes()
    {
        var open = _position++;
        while (true)
        {
            if (_position >= _limit)
            {
                throw NoEnd('`', open);
            }

            var c = _text[_position++];
            if (c == '`')
            {
                return;
            }

            if (c == '\\')
            {
                _position++;
            }
        }
    }

    /// <summary>Reads the commands of <c>$(…)</c>, <c>&lt;(…)</c> and <c>&gt;(…)</c> from behind the parenthesis to behind the closing one.</summary>
    private CommandList ReadSubstitution()
    {
        var from = _position;
        if (_substitutions is not null && _substitutions.TryGetValue(from, out var known))
        {
            _position = known.End;
            return known.Body;
        }

        _budget.Enter(Place(from));
        var pending = _hereDocuments.Count == 0 ? null : _hereDocuments.ToArray();
        _hereDocuments.Clear();
        var closers = _closers++;
        SkipNewlines();
        var body = CommandList.Empty;
        if (Current != ')' || AtEnd)
        {
            if (AtEnd)
            {
                throw NoEnd(')', from - 1);
            }

            body = ReadList();
            SkipBlanks();
            if (AtEnd)
            {
                throw NoEnd(')', from - 1);
            }

            if (Current != ')')
            {
                throw Unexpected();
            }
        }

        // A here-document whose text has not come yet takes it from behind the line that the substitution ends on.
        _position++;
        _closers = closers;
        if (pending is not null)
        {
            _hereDocuments.InsertRange(0, pending);
        }

        _budget.Leave();
        (_substitutions ??= []).Add(from, (body, _position));
        return body;
    }

    /// <summary>
    /// Skips to behind the character that closes what was opened just before, as bash pairs them before it reads what is between. Process substitutions are
    /// looked for in braces and in subscripts only.
    /// </summary>
    private void SkipMatched(char open, char close, bool isQuoted, bool processes = false)
    {
        var start = _position - 1;
        _budget.Enter(Place(start));
        var count = 1;
        while (true)
        {
            if (_position >= _limit)
            {
                throw NoEnd(close, start);
            }

            var c = _text[_position];
            if (c == close)
            {
                _position++;
                if (--count == 0)
                {
                    _budget.Leave();
                    return;
                }
            }
            else if (c == open && open != '{')
            {
                _position++;
                count++;
            }
            else if (processes && c is '<' or '>' && CharAt(_position + 1) == '(')
            {
                _position += 2;
                ReadSubstitution();
            }
            else
            {
                SkipOne(isQuoted, braces: processes);
            }
        }
    }

    private void SkipOne(bool isQuoted, bool braces)
    {
        switch (_text[_position])
        {
            case '\\':
                _position = Math.Min(_position + 2, _limit);
                return;
            case '\'':
                _position = FindQuote('\'') + 1;
                return;
            case '"':
                SkipDoubleQuotes();
                return;
            case '`':
                SkipBackquotes();
                return;
            case '$':
                SkipDollar(isQuoted, braces);
                return;
            default:
                _position++;
                return;
        }
    }

    private void SkipDoubleQuotes()
    {
        var open = _position++;
        _budget.Enter(Place(open));
        while (true)
        {
            if (_position >= _limit)
            {
                throw NoEnd('"', open);
            }

            var c = _text[_position];
            if (c == '"')
            {
                _position++;
                _budget.Leave();
                return;
            }

            if (c is '\\' or '`' or '$')
            {
                SkipOne(isQuoted: true, braces: true);
            }
            else
            {
                _position++;
            }
        }
    }

    // In arithmetic bash does not look for the end of `${`: a parenthesis in it closes.
    private void SkipDollar(bool isQuoted, bool braces)
    {
        var next = After(_position);
        switch (CharAt(next))
        {
            case '(' when CharAt(After(next)) == '(':
                _position = next + 1;
                SkipMatched('(', ')', isQuoted);
                return;
            case '(':
                _position = next + 1;
                ReadSubstitution();
                return;
            case '$':
                _position = next + 1;
                return;
            case '{' when braces:
                _position = next + 1;
                SkipMatched('{', '}', isQuoted, processes: true);
                return;
            case '[' when braces:
                _position = next + 1;
                SkipMatched('[', ']', isQuoted);
                return;
            case '\'' when !isQuoted:
                _position = next + 1;
                SkipAnsiQuotes();
                return;
            default:
                _position++;
                return;
        }
    }
}
