namespace IntentAuthz.Containment;

/// <summary>
/// Looks through a program of <c>awk</c> for what touches anything: <c>system</c>, pipes, redirections, <c>getline</c> from a file and the array of
/// operands. Only where such a place names its file or command as one string is that told; else the program is opaque.
/// </summary>
internal sealed class AwkProgram(string program, int position, ProgramEffects effects)
{
    private int _at;
    private bool _opaque;

    /// <summary>Whether the last token ends an operand, so that a slash divides instead of beginning a pattern.</summary>
    private bool _afterOperand;

    /// <summary>Whether a <c>print</c> is open in this statement, and at what depth of parentheses; -1 without.</summary>
    private int _printDepth = -1;
    private bool _afterGetline;
    private string? _lastString;

    /// <summary>Whether each open parenthesis is that of <c>if</c>, <c>while</c> or <c>for</c>.</summary>
    private readonly Stack<bool> _conditions = new();
    private bool _afterCondition;

    public void Tell()
    {
        int depth = 0;
        while (!_opaque && _at < program.Length)
        {
            char c = program[_at];
            string? before = _lastString;
            _lastString = null;
            bool afterGetline = _afterGetline;
            _afterGetline = false;
            switch (c)
            {
                case ' ' or '\t' or '\r':
                    _at++;
                    _lastString = before;
                    _afterGetline = afterGetline;
                    continue;
                case '\\' when _at + 1 < program.Length && program[_at + 1] == '\n':
                    _at += 2;
                    continue;
                case '#':
                    int end = program.IndexOf('\n', _at);
                    _at = end < 0 ? program.Length : end;
                    continue;
                case '"':
                    if (String() is not { } text)
                    {
                        Unclear("A string does not end.");
                        return;
                    }

                    _lastString = text;
                    _afterOperand = true;
                    continue;
                case '/' when !_afterOperand:
                    if (!Regex())
                    {
                        Unclear("A pattern does not end.");
                        return;
                    }

                    _afterOperand = true;
                    continue;
                case '\n' or ';' or '{' or '}':
                    _printDepth = -1;
                    _afterOperand = false;
                    _at++;
                    continue;
                case '(':
                    depth++;
                    _conditions.Push(_afterCondition);
                    _afterCondition = false;
                    _afterOperand = false;
                    _at++;
                    continue;
                case ')':
                    depth--;

                    // Behind 'if (…)' a slash begins a pattern, behind any other parenthesis it divides.
                    _afterOperand = !(_conditions.TryPop(out bool condition) && condition);
                    _at++;
                    continue;
                case ']' or '$':
                    _afterOperand = c == ']';
                    _at++;
                    continue;
                case '|':
                    if (_at + 1 < program.Length && program[_at + 1] == '|')
                    {
                        _at += 2;
                        _afterOperand = false;
                        continue;
                    }

                    Pipe();
                    continue;
                case '>' when _printDepth >= 0 && depth == _printDepth:
                    Redirect();
                    continue;
                case '<' when afterGetline:
                    _at++;
                    Target(static (word, e) => e.Reads(word), "-", "/dev/stdin");
                    continue;
                case '@':
                    Unclear("Extensions of gawk are not read.");
                    return;
            }

            if (char.IsAsciiLetter(c) || c == '_')
            {
                Word(depth);
            }
            else if (char.IsAsciiDigit(c) || c == '.')
            {
                _at++;
                _afterOperand = true;
            }
            else if (c is '+' or '-' && _at + 1 < program.Length && program[_at + 1] == c)
            {
                // '++' and '--' stand before or behind an operand; a slash behind can be either.
                _at += 2;
                if (_at < program.Length && program[_at..].TrimStart() is ['/', ..])
                {
                    Unclear("A slash behind '++' or '--' is not read.");
                }
            }
            else if (c < ' ' || c > '~')
            {
                Unclear("A character outside of strings is not read.");
            }
            else
            {
                _at++;
                _afterOperand = false;
            }
        }
    }

    private void Word(int depth)
    {
        int start = _at;
        while (_at < program.Length && (char.IsAsciiLetterOrDigit(program[_at]) || program[_at] == '_'))
        {
            _at++;
        }

        _afterOperand = true;
        switch (program[start.._at])
        {
            case "print" or "printf":
                _printDepth = depth;
                _afterOperand = false;
                break;
            case "getline":
                _afterGetline = true;
                // 'getline line < file': the variable stands between.
                int name = _at;
                while (name < program.Length && (program[name] is ' ' or '\t' or '$' or '_' || char.IsAsciiLetterOrDigit(program[name])))
                {
                    name++;
                }

                if (name < program.Length && program[name] == '<')
                {
                    _at = name;
                }
                else if (name < program.Length && program[name] is '[' or '(')
                {
                    Unclear("What 'getline' reads from is not read.");
                }

                break;
            case "system":
                SkipBlanks();
                if (_at < program.Length && program[_at] == '(')
                {
                    _at++;
                    SkipBlanks();
                    string? command = _at < program.Length && program[_at] == '"' ? String() : null;
                    SkipBlanks();
                    if (command is not null && !command.Contains('\0') && _at < program.Length && program[_at] == ')')
                    {
                        _at++;
                        ShellWords.RunShell(new ShellWord(command, position), effects);
                        break;
                    }
                }

                Unclear("What 'system' runs is computed.");
                break;
            case "ARGV" or "ARGC" or "ARGIND" or "PROCINFO" or "SYMTAB" or "FUNCTAB":
                Unclear("The program can change what is read.");
                break;
            case "if" or "while" or "for" or "switch":
                _afterCondition = true;
                _afterOperand = false;
                break;
            case "length" or "next" or "nextfile" when program.AsSpan(_at).TrimStart(" \t") is ['/', ..]:
                Unclear("A slash behind a word of the language is not read.");
                break;
            case "in" or "return" or "else" or "do" or "case" or "delete" or "exit":
                _afterOperand = false;
                break;
        }
    }

    private void Redirect()
    {
        _at += _at + 1 < program.Length && program[_at + 1] == '>' ? 2 : 1;
        Target(static (word, e) => e.Writes(word), "-", "/dev/stdout", "/dev/stderr");
    }

    /// <summary><c>print | "command"</c> and <c>"command" | getline</c>.</summary>
    private void Pipe()
    {
        _at++;
        if (_at < program.Length && program[_at] == '&')
        {
            Unclear("Coprocesses are not read.");
        }
        else if (_printDepth >= 0)
        {
            Target(static (word, e) => ShellWords.RunShell(word, e));
        }
        else
        {
            Unclear("What is piped into the program is computed.");
        }
    }

    /// <summary>One string, and behind it the end of the statement.</summary>
    private void Target(Action<ShellWord, ProgramEffects> tell, params ReadOnlySpan<string> standard)
    {
        SkipBlanks();
        string? text = _at < program.Length && program[_at] == '"' ? String() : null;
        SkipBlanks();
        if (text is null || text.Contains('\0') || text.StartsWith("/inet", StringComparison.Ordinal) || (_at < program.Length && program[_at] is not (';' or '}' or '\n' or ')' or '#')))
        {
            Unclear("A file or command that the program names is computed.");
            return;
        }

        _afterOperand = true;
        if (!standard.Contains(text))
        {
            tell(new ShellWord(text, position), effects);
        }
    }

    /// <summary>The string that begins here; null where it does not end, or has an escape that awks read differently.</summary>
    private string? String()
    {
        var text = new System.Text.StringBuilder();
        for (int i = _at + 1; i < program.Length; i++)
        {
            char c = program[i];
            if (c == '"')
            {
                _at = i + 1;
                return text.ToString();
            }

            if (c == '\n')
            {
                return null;
            }

            if (c == '\\')
            {
                if (++i >= program.Length)
                {
                    return null;
                }

                c = program[i] switch
                {
                    'n' => '\n',
                    't' => '\t',
                    '\\' => '\\',
                    '"' => '"',
                    '/' => '/',
                    // Any other escape is only harmless where the string is not used as a name; such a character cannot be in one.
                    _ => '\0',
                };
            }

            text.Append(c);
        }

        return null;
    }

    private bool Regex()
    {
        bool bracket = false;
        for (int i = _at + 1; i < program.Length; i++)
        {
            switch (program[i])
            {
                case '\\':
                    i++;
                    break;
                case '\n':
                    return false;
                case '[':
                    bracket = true;
                    break;
                case ']':
                    bracket = false;
                    break;
                case '/' when bracket:
                    // Whether it ends here is read differently.
                    return false;
                case '/':
                    _at = i + 1;
                    return true;
            }
        }

        return false;
    }

    private void SkipBlanks()
    {
        while (_at < program.Length && program[_at] is ' ' or '\t')
        {
            _at++;
        }
    }

    private void Unclear(string message)
    {
        _opaque = true;
        effects.Opaque(OpaqueReason.ForeignCode, $"In the program of 'awk': {message}", new ShellWord(program, position));
    }
}
