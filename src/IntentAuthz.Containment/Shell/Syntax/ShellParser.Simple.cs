using System.Globalization;

namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    private ShellCommand ReadSimple()
    {
        var start = Place(_position);
        var words = new List<Word>(4);
        List<Assignment>? assignments = null;
        List<Redirection>? redirections = null;
        List<(int, Assignment)>? arrays = null;
        var declares = false;
        var arraysEnded = false;
        while (true)
        {
            SkipBlanks();
            if (AtEnd)
            {
                break;
            }

            if (TryReadRedirection() is { } redirection)
            {
                (redirections ??= []).Add(redirection);

                // Behind a redirection bash takes no array any more, unless nothing but redirections stands before.
                arraysEnded |= words.Count > 0 || assignments is not null;
                declares = false;
                continue;
            }

            var c = Current;
            if (IsBreak(c) && !(c is '<' or '>'))
            {
                if (c == '(' && words.Count == 1 && assignments is null && redirections is null)
                {
                    return ReadFunctionParentheses(start, words[0]);
                }

                break;
            }

            if ((words.Count == 0 || declares) && TryReadAssignment(arraysOnly: words.Count > 0, arraysEnded) is { } assignment)
            {
                if (words.Count == 0)
                {
                    (assignments ??= []).Add(assignment);
                }
                else
                {
                    (arrays ??= []).Add((words.Count, assignment));
                }

                continue;
            }

            var word = ReadRequiredWord(subscripts: words.Count == 0 || declares);
            words.Add(word);
            if (words.Count == 1)
            {
                declares = word.Literal is "declare" or "typeset" or "local" or "export" or "readonly" or "alias" or "eval" or "let";
            }
        }

        if (words.Count == 0 && assignments is null && redirections is null)
        {
            throw Unexpected();
        }

        NoteExtendedPatterns(words);
        return new SimpleCommand(start, assignments is null ? [] : [.. assignments], [.. words])
        {
            Redirections = redirections is null ? [] : [.. redirections],
            ArrayArguments = arrays is null ? [] : [.. arrays],
        };
    }

    private FunctionDefinition ReadFunctionParentheses(int start, Word name)
    {
        _position++;
        SkipBlanks();
        if (Current != ')')
        {
            throw Unexpected();
        }

        _position++;
        return ReadFunctionBody(start, name);
    }

    // `shopt -s extglob` changes how the lines after it are read.
    private void NoteExtendedPatterns(List<Word> words)
    {
        if (words.Count > 2 && words[0].Literal == "shopt" && words[1].Literal is { } option && option.StartsWith("-s", StringComparison.Ordinal) && words.Exists(word => word.Literal == "extglob"))
        {
            _extendedPatternsFromNextLine = true;
        }
    }

    /// <summary>Reads an assignment; null, and nothing read, where none stands here.</summary>
    private Assignment? TryReadAssignment(bool arraysOnly, bool arraysEnded)
    {
        var start = _position;
        var c = Current;
        if (!IsNameStart(c))
        {
            return null;
        }

        var from = _position;
        while (IsNameCharacter(Current))
        {
            _position++;
        }

        var name = _text[from.._position];
        if (name.Contains('\\', StringComparison.Ordinal))
        {
            name = name.Replace("\\\n", "", StringComparison.Ordinal);
        }

        Word? subscript = null;
        if (Current == '[')
        {
            var open = ++_position;
            if (!TrySkipSubscript())
            {
                _position = start;
                return null;
            }

            var after = _position;
            subscript = ReadPartsBetween(open, after - 1, PartsMode.Quoted);
            _position = after;
        }

        var append = false;
        if (Current == '+')
        {
            append = true;
            _position = After(_position);
        }

        if (CharAt(_position) != '=')
        {
            _position = start;
            return null;
        }

        _position++;
        if (append || subscript is not null)
        {
            NoteBash(append ? "+=" : "an array", start);
        }

        if (Current == '(')
        {
            if (arraysEnded)
            {
                throw Unexpected();
            }

            NoteBash("an array", start);
            var elements = ReadArray();
            if (AtEnd || (IsBreak(Current) && !AtProcessSubstitution()))
            {
                return new Assignment(name, subscript, append, new Word(Place(_position), ""), elements, Place(start));
            }

            // What follows without a break belongs to the same word, so the next word is the program's name; what is assigned then is anyone's guess.
            var at = Place(_position);
            ReadRequiredWord(isValue: true);
            return new Assignment(name, subscript, append, new Word(at, [new UnreadablePart("Text that adheres to the parenthesis of an array.", at)]), null, Place(start));
        }

        if (arraysOnly)
        {
            _position = start;
            return null;
        }

        var value = AtEnd || IsBreak(Current) && !AtProcessSubstitution() ? new Word(Place(_position), "") : ReadRequiredWord(isValue: true);
        return new Assignment(name, subscript, append, value, null, Place(start));
    }

    private bool TrySkipSubscript()
    {
        // Unlike a quote, an open bracket can stay open: then it is a pattern's.
        var from = _position;
        SkipMatched('[', ']', isQuoted: false, processes: true);
        return _position > from;
    }

    private ArrayElement[] ReadArray()
    {
        _position++;
        var elements = new List<ArrayElement>();
        while (true)
        {
            SkipNewlines();
            if (AtEnd)
            {
                throw Error("The text ends in the middle of an array", _limit);
            }

            if (Current == ')')
            {
                _position++;
                return [.. elements];
            }

            Word? subscript = null;
            if (Current == '[')
            {
                var open = _position;
                _position++;
                SkipMatched('[', ']', isQuoted: false, processes: true);
                var close = _position - 1;
                if (Current == '=' || (Current == '+' && CharAt(After(_position)) == '='))
                {
                    var after = Current == '=' ? _position + 1 : After(_position) + 1;
                    subscript = ReadPartsBetween(open + 1, close, PartsMode.Quoted);
                    _position = after;
                    elements.Add(new ArrayElement(subscript, AtEnd || IsBreak(Current) && !AtProcessSubstitution() ? new Word(Place(_position), "") : ReadRequiredWord(isValue: true)));
                    continue;
                }

                _position = open;
            }

            elements.Add(new ArrayElement(subscript, ReadRequiredWord(isElement: true)));
        }
    }

    private bool AtProcessSubstitution() => Current is '<' or '>' && CharAt(After(_position)) == '(';

    private Redirection[] ReadRedirections()
    {
        List<Redirection>? redirections = null;
        while (true)
        {
            SkipBlanks();
            if (AtEnd || TryReadRedirection() is not { } redirection)
            {
                if (redirections is not null)
                {
                    _plainAt = _position;
                }

                return redirections is null ? [] : [.. redirections];
            }

            (redirections ??= []).Add(redirection);
        }
    }

    /// <summary>Reads a redirection; null, and nothing read, where none stands here.</summary>
    private Redirection? TryReadRedirection()
    {
        var start = _position;
        int? descriptor = null;
        string? variable = null;
        var c = Current;
        if (char.IsAsciiDigit(c))
        {
            var end = _position;
            while (char.IsAsciiDigit(CharAt(end)))
            {
                end++;
            }

            if (CharAt(end) is not ('<' or '>') || CharAt(After(end)) == '(' || !int.TryParse(_text.AsSpan(_position, end - _position), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            descriptor = number;
            _position = end;
        }
        else if (c == '{')
        {
            var end = _position + 1;
            while (IsNameCharacter(CharAt(end)))
            {
                end++;
            }

            if (CharAt(end) != '}' || !IsNameStart(CharAt(_position + 1)) || CharAt(end + 1) is not ('<' or '>') || CharAt(end + 2) == '(')
            {
                return null;
            }

            variable = _text[(_position + 1)..end];
            NoteBash("{name}>", start);
            _position = end + 1;
        }

        if (ReadRedirectionOperator() is not { } kind)
        {
            _position = start;
            return null;
        }

        var stripTabs = false;
        if (kind == RedirectionKind.HereDocument && CharAt(_position) == '-')
        {
            stripTabs = true;
            _position++;
        }

        SkipBlanks();
        var from = _position;
        if (AtEnd || (IsBreak(Current) && !AtProcessSubstitution()))
        {
            throw Unexpected();
        }

        var target = ReadRequiredWord();
        if (Current is '<' or '>' && target.Literal is { } text
            && ((kind is not (RedirectionKind.DuplicateInput or RedirectionKind.DuplicateOutput) && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0) || IsDescriptorVariable(text)))
        {
            // A number or `{name}` before an operator belongs to that, and is no file.
            throw Unexpected();
        }

        var redirection = new Redirection(kind, descriptor, variable, target, Place(start));
        if (kind == RedirectionKind.HereDocument)
        {
            _hereDocuments.Add((redirection, target.Static ?? _text[from.._position], stripTabs, target.IsQuoted));
        }

        return redirection;
    }

    private RedirectionKind? ReadRedirectionOperator()
    {
        var c = CharAt(_position);
        var next = After(_position);
        var second = CharAt(next);
        switch (c)
        {
            case '&' when second == '>':
                NoteBash("&>", _position);
                _position = next + 1;
                if (CharAt(_position) == '>')
                {
                    _position++;
                }

                return RedirectionKind.OutputAndError;
            case '>':
                switch (second)
                {
                    case '>':
                        _position = next + 1;
                        return RedirectionKind.Append;
                    case '|':
                        _position = next + 1;
                        return RedirectionKind.Output;
                    case '&':
                        _position = next + 1;
                        return RedirectionKind.DuplicateOutput;
                    case '(':
                        return null;
                    default:
                        _position++;
                        return RedirectionKind.Output;
                }

            case '<':
                switch (second)
                {
                    case '<':
                        var third = After(next);
                        if (CharAt(third) == '<')
                        {
                            NoteBash("<<<", _position);
                            _position = third + 1;
                            return RedirectionKind.HereString;
                        }

                        _position = next + 1;
                        return RedirectionKind.HereDocument;
                    case '&':
                        _position = next + 1;
                        return RedirectionKind.DuplicateInput;
                    case '>':
                        _position = next + 1;
                        return RedirectionKind.ReadWrite;
                    case '(':
                        return null;
                    default:
                        _position++;
                        return RedirectionKind.Input;
                }

            default:
                return null;
        }
    }

    private static bool IsDescriptorVariable(string text)
    {
        if (text.Length < 3 || text[0] != '{' || text[^1] != '}' || !IsNameStart(text[1]))
        {
            return false;
        }

        foreach (var c in text.AsSpan(1, text.Length - 2))
        {
            if (!IsNameCharacter(c))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';

    private static bool IsNameCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
