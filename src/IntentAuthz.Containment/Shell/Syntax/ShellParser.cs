namespace IntentAuthz.Containment;

/// <summary>
/// Reads a text by the grammar of bash 5.2, which contains that of POSIX. Recursive descent straight over the characters, because what a character means
/// depends on where it stands; what bash reads only when a command runs (arithmetic, backquotes, here-documents) is read here too, but cannot fail the text.
/// </summary>
internal sealed partial class ShellParser
{
    private readonly string _text;
    private readonly ParseBudget _budget;
    private readonly bool _posix;

    // Positions in a text inside the text (a here-document, backquotes) are those of the construct it stands in.
    private readonly int _fixedPosition;

    private readonly List<(Redirection Redirection, string Delimiter, bool StripTabs, bool IsQuoted)> _hereDocuments = [];

    // Where a substitution ends is known only by reading it, and it stands inside constructs whose end is looked for first: each is read once.
    private Dictionary<int, (CommandList Body, int End)>? _substitutions;

    private int _position;
    private int _limit;
    private bool _extendedPatterns;
    private bool _extendedPatternsFromNextLine;
    private int _closers;

    // Behind the word of a redirection no word is reserved.
    private int _plainAt = -1;

    public ShellParser(string text, ParseBudget budget, bool posix = false, bool extendedPatterns = false, int fixedPosition = -1)
    {
        _text = text;
        _limit = text.Length;
        _budget = budget;
        _posix = posix;
        _extendedPatterns = extendedPatterns;
        _fixedPosition = fixedPosition;
    }

    /// <summary>The first construct that a plain POSIX shell reads otherwise, or null.</summary>
    public (string What, int Position)? BashOnly { get; private set; }

    /// <summary>Whether a backslash with nothing behind it ends the text, which is kept or dropped depending on how the shell gets the text.</summary>
    public bool HasTrailingBackslash => _position < _text.Length;

    /// <summary>
    /// Reads the whole text. What was read of it before an error is in <paramref name="commands"/>: a shell runs each line before it reads the next.
    /// </summary>
    public void ReadProgram(List<(ShellCommand Command, bool IsBackground)> commands)
    {
        var nul = _text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
        {
            throw Error("A NUL cannot stand in a command", nul);
        }

        while (true)
        {
            SkipNewlines();
            if (AtEnd)
            {
                EndHereDocuments();
                return;
            }

            ReadLine(commands);
            if (_extendedPatternsFromNextLine)
            {
                _extendedPatterns = true;
            }
        }
    }

    private bool AtEnd => _position >= _limit || (_position == _text.Length - 1 && _text[_position] == '\\');

    /// <summary>The character here, behind any line continuation; NUL at the end.</summary>
    private char Current
    {
        get
        {
            while (_position + 1 < _limit && _text[_position] == '\\' && _text[_position + 1] == '\n')
            {
                _position += 2;
            }

            if (_position == _text.Length - 1 && _text[_position] == '\\')
            {
                // With nothing behind it to quote, bash drops it or keeps it; either way it is no word of its own.
                return '\0';
            }

            return _position < _limit ? _text[_position] : '\0';
        }
    }

    private char CharAt(int position) => position < _limit ? _text[position] : '\0';

    /// <summary>The place of the character behind the one at a place, behind any line continuation.</summary>
    private int After(int position)
    {
        position++;
        while (position + 1 < _limit && _text[position] == '\\' && _text[position + 1] == '\n')
        {
            position += 2;
        }

        return position;
    }

    private int Place(int position) => _fixedPosition >= 0 ? _fixedPosition : position;

    private ShellSyntaxException Error(string message, int position) => new(message + ".", Place(position));

    private ShellSyntaxException Unexpected() => AtEnd
        ? new ShellSyntaxException("The text ends in the middle of a command.", Place(_limit))
        : Error($"There cannot be {Describe()} here", _position);

    private string Describe()
    {
        var end = _position;
        if (CharAt(end) == '\n')
        {
            return "a line end";
        }

        while (end < _limit && end - _position < 20 && !IsBreak(_text[end]))
        {
            end++;
        }

        return $"'{_text[_position..Math.Max(end, _position + 1)]}'";
    }

    private void NoteBash(string what, int position) => BashOnly ??= (what, Place(position));

    /// <summary>Whether a character ends a word.</summary>
    private static bool IsBreak(char c) => c is ' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>';

    private void SkipBlanks()
    {
        while (true)
        {
            var c = Current;
            if (c is ' ' or '\t')
            {
                _position++;
            }
            else if (c == '#')
            {
                var end = _text.AsSpan(_position, _limit - _position).IndexOf('\n');
                _position = end < 0 ? _limit : _position + end;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipNewlines()
    {
        while (true)
        {
            SkipBlanks();
            if (AtEnd || Current != '\n')
            {
                return;
            }

            TakeNewline();
        }
    }

    private void TakeNewline()
    {
        _position++;
        if (_hereDocuments.Count > 0)
        {
            ReadHereDocuments();
        }
    }

    /// <summary>Reads commands up to the end of a line.</summary>
    private void ReadLine(List<(ShellCommand Command, bool IsBackground)> commands)
    {
        while (true)
        {
            var command = ReadAndOr();
            SkipBlanks();
            var c = Current;
            if (c == ';' && CharAt(After(_position)) is not (';' or '&'))
            {
                _position++;
                commands.Add((command, false));
            }
            else if (c == '&' && CharAt(After(_position)) is not ('&' or '>'))
            {
                _position++;
                commands.Add((command, true));
            }
            else if (AtEnd || c == '\n')
            {
                commands.Add((command, false));
                return;
            }
            else
            {
                throw Unexpected();
            }

            SkipBlanks();
            if (AtEnd || Current == '\n')
            {
                return;
            }
        }
    }

    /// <summary>Reads commands, on any number of lines, up to what cannot go on a list: a closing word, a parenthesis, <c>;;</c>, the end.</summary>
    private CommandList ReadList()
    {
        SkipNewlines();
        var start = Place(_position);
        var items = new List<(ShellCommand Command, bool IsBackground)>();
        do
        {
            var command = ReadAndOr();
            SkipBlanks();
            var c = Current;
            if (c == '\n')
            {
                items.Add((command, false));
                SkipNewlines();
            }
            else if (c == ';' && CharAt(After(_position)) is not (';' or '&'))
            {
                items.Add((command, false));
                _position++;
                SkipNewlines();
            }
            else if (c == '&' && CharAt(After(_position)) is not ('&' or '>'))
            {
                items.Add((command, true));
                _position++;
                SkipNewlines();
            }
            else
            {
                items.Add((command, false));
                break;
            }
        }
        while (!AtListEnd());
        return new CommandList(start, [.. items]);
    }

    private bool AtListEnd()
    {
        SkipBlanks();
        if (AtEnd || Current == ')')
        {
            return true;
        }

        if (Current == ';')
        {
            return CharAt(After(_position)) is ';' or '&';
        }

        return Reserved() is "then" or "else" or "elif" or "fi" or "do" or "done" or "esac" or "}";
    }

    private ShellCommand ReadAndOr()
    {
        var first = ReadPipeline();
        List<(bool, ShellCommand)>? rest = null;
        while (true)
        {
            SkipBlanks();
            var c = Current;
            var next = After(_position);
            if (c is not ('&' or '|') || CharAt(next) != c)
            {
                return rest is null ? first : new AndOrList(first, [.. rest]);
            }

            _position = next + 1;
            SkipNewlines();
            (rest ??= []).Add((c == '&', ReadPipeline()));
        }
    }

    private ShellCommand ReadPipeline()
    {
        SkipBlanks();
        var start = Place(_position);
        var negated = false;
        var prefixed = false;
        while (true)
        {
            var word = Reserved();
            if (word == "!")
            {
                negated = !negated;
                prefixed = true;
                _position++;
            }
            else if (word == "time")
            {
                prefixed = true;
                _position += 4;
                SkipBlanks();
                NoteBash("time", start);
                if (AtWord("-p"))
                {
                    _position += 2;
                    SkipBlanks();
                }

                if (AtWord("--"))
                {
                    _position += 2;
                }
            }
            else
            {
                break;
            }

            SkipBlanks();
        }

        if (prefixed && (AtEnd || Current == '\n' || (Current == ';' && CharAt(After(_position)) is not (';' or '&'))))
        {
            return new Pipeline(start, [], negated);
        }

        var first = ReadCommand();
        List<ShellCommand>? commands = null;
        var errors = false;
        while (true)
        {
            SkipBlanks();
            if (Current != '|' || CharAt(After(_position)) == '|')
            {
                break;
            }

            _position = After(_position);
            if (CharAt(_position) == '&')
            {
                NoteBash("|&", _position);
                errors = true;
                _position++;
            }

            SkipNewlines();
            (commands ??= [first]).Add(ReadCommand());
        }

        return commands is null && !negated ? first : new Pipeline(start, commands is null ? [first] : [.. commands], negated) { HasErrors = errors };
    }

    private ShellCommand ReadCommand()
    {
        SkipBlanks();
        _budget.Enter(Place(_position));
        var command = ReadCompound() ?? ReadSimple();
        _budget.Leave();
        return command;
    }

    /// <summary>The reserved word here, or null. Stays where it is.</summary>
    private string? Reserved()
    {
        var c = Current;
        if (c is not ((>= 'a' and <= 'z') or '{' or '}' or '!' or '[' or ']'))
        {
            return null;
        }

        if (_position == _plainAt)
        {
            return null;
        }

        var end = _position + 1;
        while (end < _limit && end - _position < 9 && !IsBreak(_text[end]) && _text[end] != '\\')
        {
            end++;
        }

        if (c == '!' && _extendedPatterns && CharAt(end) == '(')
        {
            return null;
        }

        if (end < _limit && !IsBreak(_text[end]) && !(_text[end] == '\\' && CharAt(end + 1) == '\n' && (end + 2 == _limit || IsBreak(_text[end + 2]))))
        {
            return null;
        }

        return _text.AsSpan(_position, end - _position) switch
        {
            "if" => "if",
            "then" => "then",
            "else" => "else",
            "elif" => "elif",
            "fi" => "fi",
            "do" => "do",
            "done" => "done",
            "case" => "case",
            "esac" => "esac",
            "while" => "while",
            "until" => "until",
            "for" => "for",
            "select" => "select",
            "function" => "function",
            "coproc" => "coproc",
            "time" => "time",
            "{" => "{",
            "}" => "}",
            "!" => "!",
            "[[" => "[[",
            "]]" => "]]",
            "in" => "in",
            _ => null,
        };
    }

    /// <summary>Whether exactly this word stands here.</summary>
    private bool AtWord(string word)
    {
        _ = Current;
        var end = _position + word.Length;
        return _position != _plainAt && end <= _limit && _text.AsSpan(_position, word.Length).SequenceEqual(word)
            && (end == _limit || IsBreak(_text[end]) || (_text[end] == '\\' && CharAt(end + 1) == '\n' && (end + 2 == _limit || IsBreak(_text[end + 2]))));
    }

    private void Expect(string word)
    {
        SkipBlanks();
        if (!AtWord(word))
        {
            throw Unexpected();
        }

        _position += word.Length;
    }
}
