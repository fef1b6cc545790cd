namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    /// <summary>Reads the word that has to stand here.</summary>
    /// <param name="subscripts">Whether brackets behind a name hold a subscript, in which blanks do not end the word.</param>
    /// <param name="isValue">Whether it is the value of an assignment.</param>
    /// <param name="isElement">Whether it is an element of an array, where a bracket at the beginning holds a subscript.</param>
    /// <param name="isPattern">Whether it is compared in <c>[[ ]]</c>, where extended patterns are always read.</param>
    /// <param name="isRegex">Whether it is a regular expression in <c>[[ ]]</c>, where parentheses and bars belong to it.</param>
    private Word ReadRequiredWord(bool subscripts = false, bool isValue = false, bool isElement = false, bool isPattern = false, bool isRegex = false)
    {
        var c = Current;
        var start = _position;
        if (AtEnd || (IsBreak(c) && !AtProcessSubstitution() && !(isRegex && c is '(' or '|')))
        {
            throw Unexpected();
        }

        // Most words are plain text.
        var end = start;
        while (end < _limit && IsPlain(_text[end]))
        {
            end++;
        }

        if (end == _limit || (IsBreak(_text[end]) && !isRegex && !(_text[end] is '<' or '>' or '(') && end > start))
        {
            _position = end;
            return new Word(Place(start), _text[start..end]);
        }

        if (_text[end] == '[' && end == start && (end + 1 == _limit || IsBreak(_text[end + 1])))
        {
            _position = end + 1;
            return new Word(Place(start), "[");
        }

        return ReadWordParts(start, subscripts, isElement, isPattern || _extendedPatterns, isRegex);
    }

    private static bool IsPlain(char c) => c is not ('\\' or '\'' or '"' or '$' or '`' or '*' or '?' or '[' or '{' or '~' or '@' or '+' or '!') && !IsBreak(c);

    private Word ReadWordParts(int start, bool subscripts, bool isElement, bool extended, bool isRegex)
    {
        var builder = new PartsBuilder();
        while (!AtEnd)
        {
            var c = Current;
            if (AtEnd)
            {
                break;
            }

            if (c is '(' or '|' && isRegex)
            {
                ReadRegexGroup(builder, c);
            }
            else if (c is '<' or '>' && CharAt(After(_position)) == '(')
            {
                ReadProcessSubstitution(builder, c);
            }
            else if (IsBreak(c))
            {
                break;
            }
            else if (extended && c is '?' or '*' or '+' or '@' or '!' && CharAt(After(_position)) == '(')
            {
                ReadExtendedPattern(builder, c);
            }
            else if (c == '[' && ((subscripts && builder.IsName) || (isElement && _position == start)))
            {
                ReadSubscriptText(builder);
            }
            else
            {
                ReadUnquoted(builder, c);
            }
        }

        return builder.BuildWord(Place(start));
    }

    private void ReadRegexGroup(PartsBuilder builder, char c)
    {
        builder.Text(c, isQuoted: false);
        _position++;
        if (c == '(')
        {
            var from = _position;
            SkipMatched('(', ')', isQuoted: false);
            var after = _position;
            AppendBetween(builder, from, after - 1, PartsMode.Unquoted);
            builder.Text(')', isQuoted: false);
            _position = after;
        }
    }

    private void ReadProcessSubstitution(PartsBuilder builder, char c)
    {
        NoteBash("<(", _position);
        var start = _position;
        _position = After(_position) + 1;
        if (Current != '(')
        {
            builder.Part(new ProcessPart(ReadSubstitution(), c == '<'));
            return;
        }

        // As behind `$((`, bash looks for the last parenthesis only, and reads what is between when it runs.
        var from = _position;
        SkipMatched('(', ')', isQuoted: false);
        builder.Part(ReadLater(_text[from..(_position - 1)], Place(start)) is SubstitutionPart { Body: var body } ? new ProcessPart(body, c == '<') : new UnreadablePart("Commands between parentheses that are not understood.", Place(start)));
    }

    private void ReadExtendedPattern(PartsBuilder builder, char c)
    {
        NoteBash("an extended pattern", _position);
        _position = After(_position) + 1;
        var from = _position;
        SkipMatched('(', ')', isQuoted: false);
        var after = _position;
        builder.Part(new ExtendedPatternPart(c, ReadPartsBetween(from, after - 1, PartsMode.Unquoted)));
        _position = after;
    }

    private void ReadSubscriptText(PartsBuilder builder)
    {
        _position++;
        var from = _position;
        SkipMatched('[', ']', isQuoted: false, processes: true);
        var after = _position;
        builder.Text('[', isQuoted: false);
        AppendBetween(builder, from, after - 1, PartsMode.Unquoted);
        builder.Text(']', isQuoted: false);
        _position = after;
    }

    /// <summary>Reads one unit outside of double quotes.</summary>
    private void ReadUnquoted(PartsBuilder builder, char c)
    {
        switch (c)
        {
            case '\\':
                if (_position + 1 >= _limit)
                {
                    builder.Text('\\', isQuoted: true);
                    _position++;
                    return;
                }

                builder.Text(_text[_position + 1], isQuoted: true);
                _position += 2;
                return;
            case '\'':
                var end = FindQuote('\'');
                if (end == _position + 1)
                {
                    builder.EmptyQuotes();
                }
                else
                {
                    builder.Text(_text.AsSpan(_position + 1, end - _position - 1), isQuoted: true);
                }

                _position = end + 1;
                return;
            case '"':
                _position++;
                builder.Part(ReadDoubleQuoted());
                return;
            case '$':
                ReadDollar(builder, inQuotes: false);
                return;
            case '`':
                ReadBackquotes(builder, inQuotes: false);
                return;
            default:
                var from = _position++;
                while (_position < _limit && IsPlain(_text[_position]))
                {
                    _position++;
                }

                builder.Text(_text.AsSpan(from, _position - from), isQuoted: false);
                return;
        }
    }

    private int FindQuote(char quote)
    {
        var length = _text.AsSpan(_position + 1, _limit - _position - 1).IndexOf(quote);
        return length < 0 ? throw NoEnd(quote, _position) : _position + 1 + length;
    }

    private ShellSyntaxException NoEnd(char close, int position) => Error($"There is no closing {close} for what opens here", position);

    private QuotedPart ReadDoubleQuoted()
    {
        var open = _position - 1;
        _budget.Enter(Place(open));
        var builder = new PartsBuilder();
        while (true)
        {
            if (AtEnd)
            {
                throw NoEnd('"', open);
            }

            if (_text[_position] == '"')
            {
                _position++;
                break;
            }

            ReadQuotedUnit(builder, PartsMode.Quoted);
        }

        _budget.Leave();
        return new QuotedPart(builder.Build());
    }

    /// <summary>Reads one unit as between double quotes.</summary>
    private void ReadQuotedUnit(PartsBuilder builder, PartsMode mode)
    {
        var c = _text[_position];
        switch (c)
        {
            case '\\':
                var next = CharAt(_position + 1);
                if (next == '\n')
                {
                    _position += 2;
                }
                else if (next is '$' or '`' or '\\' || (next == '"' && mode != PartsMode.HereDocument))
                {
                    builder.Text(next, isQuoted: true);
                    _position += 2;
                }
                else
                {
                    builder.Text('\\', isQuoted: true);
                    _position++;
                }

                return;
            case '$':
                ReadDollar(builder, inQuotes: true);
                return;
            case '`':
                ReadBackquotes(builder, inQuotes: mode != PartsMode.HereDocument);
                return;
            case '"' when mode == PartsMode.Quoted:
                _position++;
                return;
            default:
                var from = _position++;
                while (_position < _limit && _text[_position] is not ('\\' or '$' or '`' or '"'))
                {
                    _position++;
                }

                builder.Text(_text.AsSpan(from, _position - from), isQuoted: true);
                return;
        }
    }

    /// <summary>
    /// Reads the parts of a stretch whose end is known. Its end was found as bash finds it, so bash takes the text; whatever is wrong inside would show
    /// only when it runs, and is kept as unreadable.
    /// </summary>
    private Word ReadPartsBetween(int from, int end, PartsMode mode)
    {
        var builder = new PartsBuilder();
        AppendBetween(builder, from, end, mode);
        return builder.BuildWord(Place(from));
    }

    private void AppendBetween(PartsBuilder builder, int from, int end, PartsMode mode)
    {
        var depth = _budget.Depth;
        var limit = _limit;
        _limit = end;
        _position = from;
        try
        {
            _budget.Enter(Place(from));
            while (_position < _limit)
            {
                if (mode != PartsMode.Unquoted)
                {
                    ReadQuotedUnit(builder, mode);
                    continue;
                }

                var c = Current;
                if (_position >= _limit)
                {
                    break;
                }

                if (c is '<' or '>' && CharAt(After(_position)) == '(')
                {
                    ReadProcessSubstitution(builder, c);
                }
                else if (IsBreak(c))
                {
                    builder.Text(c, isQuoted: false);
                    _position++;
                }
                else
                {
                    ReadUnquoted(builder, c);
                }
            }
        }
        catch (ShellSyntaxException exception) when (!exception.IsTooLarge)
        {
            _budget.Unreadable(Place(from));
            builder.Part(new UnreadablePart(exception.Message, Place(from)));
        }
        finally
        {
            _limit = limit;
            _budget.LeaveTo(depth);
        }
    }

    /// <summary>Reads a text by itself that bash takes whatever it holds.</summary>
    private Word ReadPartsOf(string text, PartsMode mode, int position)
    {
        _budget.Work(text.Length, position);
        var parser = new ShellParser(text, _budget, _posix, _extendedPatterns, position);
        return parser.ReadPartsBetween(0, text.Length, mode);
    }
}
