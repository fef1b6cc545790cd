namespace IntentAuthz.Containment;

internal sealed partial class ShellParser
{
    private ConditionCommand ReadCondition(int start)
    {
        var tests = new List<ConditionTest>();
        ReadConditionOr(tests);
        SkipBlanks();
        if (!AtWord("]]"))
        {
            throw Unexpected();
        }

        _position += 2;
        return new ConditionCommand(start, [.. tests]) { Redirections = ReadRedirections() };
    }

    private void ReadConditionOr(List<ConditionTest> tests)
    {
        _budget.Enter(Place(_position));
        while (true)
        {
            ReadConditionTerm(tests);
            SkipNewlines();
            if (!(Current is '&' or '|') || CharAt(After(_position)) != Current)
            {
                break;
            }

            _position = After(_position) + 1;
        }

        _budget.Leave();
    }

    private void ReadConditionTerm(List<ConditionTest> tests)
    {
        SkipNewlines();
        while (AtWord("!"))
        {
            _position++;
            SkipNewlines();
        }

        if (Current == '(')
        {
            _position++;
            ReadConditionOr(tests);
            SkipNewlines();
            if (Current != ')')
            {
                throw Unexpected();
            }

            _position++;
            return;
        }

        if (AtWord("]]"))
        {
            throw Unexpected();
        }

        var first = ReadRequiredWord();
        if (first.Literal is ['-', var letter] && "abcdefghknoprstuvwxzGLNOSR".Contains(letter, StringComparison.Ordinal))
        {
            SkipBlanks();
            tests.Add(new ConditionTest(first.Literal, null, AtWord("]]") ? throw Unexpected() : ReadRequiredWord()));
            return;
        }

        SkipBlanks();
        if (AtWord("]]") || Current is ')' or '&' or '|')
        {
            tests.Add(new ConditionTest("", null, first));
            return;
        }

        string operation;
        if (Current is '<' or '>' && CharAt(After(_position)) != '(')
        {
            operation = Current.ToString();
            _position++;
        }
        else
        {
            var word = ReadRequiredWord();
            operation = word.Static ?? "";
            if (operation is not ("=" or "==" or "!=" or "=~" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge" or "-nt" or "-ot" or "-ef"))
            {
                throw Error("An operator of [[ ]] must stand here", word.Position);
            }
        }

        SkipBlanks();
        if (AtWord("]]"))
        {
            throw Unexpected();
        }

        tests.Add(new ConditionTest(operation, first, ReadRequiredWord(isPattern: operation is "=" or "==" or "!=", isRegex: operation == "=~")));
    }
}
