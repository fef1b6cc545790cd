namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    /// <summary>Reads a compound command or a function with its redirections; null where a simple command begins.</summary>
    private ShellCommand? ReadCompound()
    {
        var start = Place(_position);
        if (Current == '(')
        {
            return ReadParenthesis(start);
        }

        switch (Reserved())
        {
            case null or "time":
                // Behind a pipe `time` is a program.
                return null;
            case "{":
            {
                _position++;
                var body = ReadList();
                Expect("}");
                return new GroupCommand(start, body, isSubshell: false) { Redirections = ReadRedirections() };
            }

            case "if":
                return ReadIf(start);
            case "while":
                _position += 5;
                return ReadWhile(start, isUntil: false);
            case "until":
                _position += 5;
                return ReadWhile(start, isUntil: true);
            case "for":
                _position += 3;
                return ReadFor(start, isSelect: false);
            case "select":
                _position += 6;
                NoteBash("select", start);
                return ReadFor(start, isSelect: true);
            case "case":
                _position += 4;
                return ReadCase(start);
            case "function":
                return ReadFunctionKeyword(start);
            case "coproc":
                return ReadCoprocess(start);
            case "[[":
                _position += 2;
                NoteBash("[[", start);
                return ReadCondition(start);
            default:
                throw Unexpected();
        }
    }

    private ShellCommand ReadParenthesis(int start)
    {
        if (CharAt(After(_position)) == '(' && TryReadArithmeticCommand(start) is { } arithmetic)
        {
            return arithmetic;
        }

        _position++;
        var body = ReadList();
        SkipBlanks();
        if (Current != ')')
        {
            throw Unexpected();
        }

        _position++;
        return new GroupCommand(start, body, isSubshell: true) { Redirections = ReadRedirections() };
    }

    /// <summary>Reads <c>(( … ))</c>; null, and nothing read, where it turns out to be a subshell in a subshell.</summary>
    private ArithmeticCommand? TryReadArithmeticCommand(int start)
    {
        var open = _position;
        _position = After(open) + 1;
        var from = _position;
        SkipMatched('(', ')', isQuoted: false);
        if (Current != ')')
        {
            _position = open;
            return null;
        }

        NoteBash("((", start);
        var end = _position - 1;
        _position++;
        var after = _position;
        var expression = ReadPartsBetween(from, end, PartsMode.Quoted);
        _position = after;
        return new ArithmeticCommand(start, expression) { Redirections = ReadRedirections() };
    }

    private IfCommand ReadIf(int start)
    {
        var branches = new List<(CommandList, CommandList)>();
        CommandList? otherwise = null;
        _position += 2;
        while (true)
        {
            var condition = ReadList();
            Expect("then");
            branches.Add((condition, ReadList()));
            SkipBlanks();
            var word = Reserved();
            if (word == "elif")
            {
                _position += 4;
                continue;
            }

            if (word == "else")
            {
                _position += 4;
                otherwise = ReadList();
            }

            Expect("fi");
            return new IfCommand(start, [.. branches], otherwise) { Redirections = ReadRedirections() };
        }
    }

    private WhileCommand ReadWhile(int start, bool isUntil)
    {
        var condition = ReadList();
        Expect("do");
        var body = ReadList();
        Expect("done");
        return new WhileCommand(start, condition, body, isUntil) { Redirections = ReadRedirections() };
    }

    private ShellCommand ReadFor(int start, bool isSelect)
    {
        SkipBlanks();
        if (!isSelect && Current == '(' && CharAt(After(_position)) == '(')
        {
            return ReadArithmeticFor(start);
        }

        var name = ReadRequiredWord();
        SkipBlanks();
        Word[]? words = null;
        if (Current == ';')
        {
            _position++;
            SkipNewlines();
        }
        else
        {
            SkipNewlines();
            if (AtWord("in"))
            {
                _position += 2;
                words = ReadWordsToTerminator();
            }
        }

        return new ForCommand(start, name, words, ReadLoopBody(), isSelect) { Redirections = ReadRedirections() };
    }

    private Word[] ReadWordsToTerminator()
    {
        var words = new List<Word>();
        while (true)
        {
            SkipBlanks();
            if (Current == ';' || AtEnd || Current == '\n')
            {
                if (Current == ';')
                {
                    _position++;
                }

                SkipNewlines();
                return [.. words];
            }

            words.Add(ReadRequiredWord());
        }
    }

    private CommandList ReadLoopBody()
    {
        SkipBlanks();
        if (Reserved() == "{")
        {
            _position++;
            var group = ReadList();
            Expect("}");
            NoteBash("for … { }", group.Position);
            return group;
        }

        Expect("do");
        var body = ReadList();
        Expect("done");
        return body;
    }

    private ArithmeticForCommand ReadArithmeticFor(int start)
    {
        NoteBash("for ((", start);
        var from = After(_position) + 1;
        _position = from;
        SkipMatched('(', ')', isQuoted: false);
        var end = _position - 1;
        if (Current != ')')
        {
            throw Unexpected();
        }

        _position++;
        var after = _position;
        var expressions = new List<Word>();
        for (var part = from; expressions.Count <= 3;)
        {
            var semicolon = FindSemicolon(part, end);
            expressions.Add(ReadPartsBetween(part, semicolon, PartsMode.Quoted));
            if (semicolon >= end)
            {
                break;
            }

            part = semicolon + 1;
        }

        if (expressions.Count != 3)
        {
            throw Error("Between 'for ((' and '))' there must be three expressions", from);
        }

        _position = after;
        SkipBlanks();
        if (Current == ';')
        {
            _position++;
        }

        SkipNewlines();
        return new ArithmeticForCommand(start, [.. expressions], ReadLoopBody()) { Redirections = ReadRedirections() };
    }

    // A semicolon inside a quote or a substitution parts nothing.
    private int FindSemicolon(int from, int end)
    {
        var limit = _limit;
        _limit = end;
        _position = from;
        while (_position < end && _text[_position] != ';')
        {
            SkipOne(isQuoted: false, braces: false);
        }

        _limit = limit;
        return Math.Min(_position, end);
    }

    private CaseCommand ReadCase(int start)
    {
        SkipBlanks();
        var subject = ReadRequiredWord();
        SkipNewlines();
        Expect("in");
        SkipNewlines();
        var branches = new List<CaseBranch>();
        while (!AtWord("esac"))
        {
            if (Current == '(')
            {
                _position++;
                SkipBlanks();
            }

            var patterns = new List<Word> { ReadRequiredWord() };
            SkipBlanks();
            while (Current == '|')
            {
                _position++;
                SkipBlanks();
                patterns.Add(ReadRequiredWord());
                SkipBlanks();
            }

            if (Current != ')')
            {
                throw Unexpected();
            }

            _position++;
            SkipNewlines();
            var body = AtCaseEnd() ? CommandList.Empty : ReadList();
            SkipNewlines();
            var falls = false;
            if (Current == ';')
            {
                falls = ReadCaseTerminator();
                branches.Add(new CaseBranch([.. patterns], body, falls));
                SkipNewlines();
                continue;
            }

            branches.Add(new CaseBranch([.. patterns], body, falls));
            break;
        }

        Expect("esac");
        return new CaseCommand(start, subject, [.. branches]) { Redirections = ReadRedirections() };
    }

    private bool AtCaseEnd() => AtWord("esac") || (Current == ';' && CharAt(After(_position)) is ';' or '&');

    private bool ReadCaseTerminator()
    {
        var next = After(_position);
        if (CharAt(next) == '&')
        {
            NoteBash(";&", _position);
            _position = next + 1;
            return true;
        }

        if (CharAt(next) != ';')
        {
            throw Unexpected();
        }

        _position = next + 1;
        if (Current == '&')
        {
            NoteBash(";;&", _position);
            _position++;
            return true;
        }

        return false;
    }

    private FunctionDefinition ReadFunctionKeyword(int start)
    {
        NoteBash("function", start);
        _position += 8;
        SkipBlanks();
        var name = ReadRequiredWord();
        SkipBlanks();
        if (Current == '(')
        {
            var open = _position;
            _position++;
            SkipBlanks();
            if (Current == ')')
            {
                _position++;
            }
            else
            {
                _position = open;
            }
        }

        return ReadFunctionBody(start, name);
    }

    private FunctionDefinition ReadFunctionBody(int start, Word name)
    {
        SkipNewlines();
        if (Current != '(' && Reserved() is not ("{" or "if" or "while" or "until" or "for" or "select" or "case" or "[["))
        {
            throw Unexpected();
        }

        return new FunctionDefinition(start, name, ReadCommand());
    }

    private CoprocessCommand ReadCoprocess(int start)
    {
        NoteBash("coproc", start);
        _position += 6;
        SkipBlanks();
        if (Current == '(' || Reserved() is not (null or "time"))
        {
            return new CoprocessCommand(start, null, ReadCompoundOnly());
        }

        var before = _position;
        if (IsBreak(Current) && !AtProcessSubstitution())
        {
            return new CoprocessCommand(start, null, ReadSimple());
        }

        var name = ReadRequiredWord();
        SkipBlanks();
        if (Reserved() is "}" or "then" or "do" or "else" or "elif" or "fi" or "done" or "esac")
        {
            // What could be a name is the whole command, and the word behind it ends what is around.
            return new CoprocessCommand(start, null, new SimpleCommand(Place(before), [], [name]));
        }

        if (Current == '(' || Reserved() is not (null or "time"))
        {
            return new CoprocessCommand(start, name.Static, ReadCompoundOnly());
        }

        _position = before;
        return new CoprocessCommand(start, null, ReadSimple());
    }

    private ShellCommand ReadCompoundOnly()
    {
        _budget.Enter(Place(_position));
        var command = Reserved() is "function" or "coproc" ? throw Unexpected() : ReadCompound() ?? throw Unexpected();
        _budget.Leave();
        return command;
    }
}
