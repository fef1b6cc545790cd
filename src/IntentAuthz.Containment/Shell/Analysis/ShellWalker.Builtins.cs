namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private static bool IsDeclaration(string? name) => name is "export" or "readonly" or "declare" or "typeset" or "local";

    private static bool IsSpecialBuiltin(string name) => name is "." or ":" or "break" or "continue" or "eval" or "exec" or "exit" or "export" or "readonly" or "return" or "set" or "shift" or "source" or "times" or "trap" or "unset";

    /// <summary>Follows a builtin; null where the name is none.</summary>
    private Outcome? RunBuiltin(ShellWord name, ReadOnlySpan<ShellWord> arguments, SimpleCommand? command, ShellState state)
    {
        switch (name.Text)
        {
            case ":":
                return Outcome.Both(state);
            case "true" or "false":
                _recorder.Program(name.Text, arguments, moreArguments: false, isBuiltin: true);
                return Outcome.Both(state);
            case "echo":
                _recorder.Program(name.Text, arguments, moreArguments: false, isBuiltin: true);
                Print(EchoText(arguments));
                return Outcome.Both(state);
            case "printf":
                return RunPrintf(name, arguments, state);
            case "test" or "[":
                _recorder.Program(name.Text, arguments, moreArguments: false, isBuiltin: true);
                RunTest(name, arguments, state);
                return Outcome.Both(state);
            case "pwd":
                _recorder.Program(name.Text, arguments, moreArguments: false, isBuiltin: true);
                Print(arguments.Length == 0 && OfDirectories(state.Directories).Exact is { } directory ? directory + "\n" : null);
                return Outcome.Both(state);
            case "kill":
                _recorder.Program(name.Text, arguments, moreArguments: false, isBuiltin: true);
                if (arguments is not [{ Text: "-l" or "-L" }, ..])
                {
                    _recorder.Privilege("kill");
                }

                Print(null);
                return Outcome.Both(state);
            case "cd":
                return ChangeDirectory(name, arguments, state);
            case "pushd" or "popd" or "dirs":
                return RunDirectoryStack(name, arguments, state);
            case "exit":
                return RunExit(name, arguments, state);
            case "return":
                return RunReturn(state);
            case "break" or "continue":
                return RunBreak(state);
            case "export" or "readonly" or "declare" or "typeset" or "local":
                return Declare(name, arguments, command, state);
            case "unset":
                return Unset(arguments, state);
            case "shift":
                return Shift(arguments, state);
            case "set":
                return RunSet(name, arguments, state);
            case "shopt":
                return RunShopt(name, arguments, state);
            case "eval":
                return RunEval(name, arguments, state);
            case "exec" or "command" or "builtin":
                return RunPrefix(name, arguments, command, state);
            case "." or "source":
                return RunSource(name, arguments, state);
            case "trap":
                return RunTrap(name, arguments, state);
            case "read" or "mapfile" or "readarray" or "getopts":
                return RunReading(name, arguments, state);
            case "let":
                return RunLet(arguments, state);
            case "alias" or "enable" or "bind" or "fc" or "history" or "complete" or "compgen" or "compopt" or "hash" or "suspend" or "logout" or "unalias":
                return RunChanging(name, arguments, state);
            case "type" or "jobs" or "wait" or "disown" or "bg" or "fg" or "times" or "umask" or "caller" or "help" or "ulimit":
                return RunQuiet(name, arguments, state);
            default:
                return null;
        }
    }

    /// <summary>What a builtin prints.</summary>
    private void Print(string? text) => _output?.Append(_uncertain > 0 ? null : text);

    private Outcome RunQuiet(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(null);
        if (name.Text == "wait")
        {
            // `wait -p name` sets a variable.
            for (var i = 0; i < arguments.Length; i++)
            {
                if (arguments[i].MayBeOption && arguments[i].Text is not ("-n" or "-f"))
                {
                    Opaque(OpaqueReason.UnknownOption, "'wait' is called with an option that is not followed.", arguments[i].Position);
                }
            }
        }

        return Outcome.Both(state);
    }

    private Outcome RunChanging(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(null);
        var isHarmless = name.Text switch
        {
            "alias" or "unalias" => All(arguments, word => word is "-p" || (name.Text == "unalias") || !word.Contains('=', StringComparison.Ordinal)),
            "hash" => All(arguments, word => word is "-r" or "-l" or "-t" || !word.StartsWith('-')),
            "history" or "enable" or "bind" or "fc" or "suspend" or "logout" => arguments.Length == 0 && name.Text is "history" or "enable",
            "compgen" => All(arguments, word => word is "-A" or "-c" or "-a" or "-b" or "-v" or "-k" or "-e" or "function" || !word.StartsWith('-')),
            "complete" => All(arguments, word => word is "-p" or "-r" || !word.StartsWith('-')),
            _ => arguments.Length == 0,
        };
        if (!isHarmless)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'{name.Text}' changes what names mean or what runs; that is not followed.", name.Position);
        }

        return Outcome.Both(state);
    }

    private static bool All(ReadOnlySpan<ShellWord> words, Func<string, bool> isGood)
    {
        foreach (var word in words)
        {
            if (word.Text is null || word.IsVague || !isGood(word.Text))
            {
                return false;
            }
        }

        return true;
    }

    private static string? EchoText(ReadOnlySpan<ShellWord> arguments)
    {
        var newline = true;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Text is not { } word || arguments[i].IsVague)
            {
                return null;
            }

            if (i == 0 && word == "-n")
            {
                newline = false;
                continue;
            }

            // Options that interpret escapes, and shells that do so without being told, print something else.
            if ((i == 0 || (i == 1 && !newline)) && word.StartsWith('-') && word.Length > 1 && word.AsSpan(1).IndexOfAnyExcept("neE") < 0)
            {
                return null;
            }

            if (word.Contains('\\', StringComparison.Ordinal))
            {
                return null;
            }

            if (text.Length > 0 || i > (newline ? 0 : 1))
            {
                text.Append(' ');
            }

            text.Append(word);
        }

        return newline ? text.Append('\n').ToString() : text.ToString();
    }

    private Outcome RunPrintf(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        _recorder.Program("printf", arguments, moreArguments: false, isBuiltin: true);
        _state = state;
        if (arguments.Length > 0 && arguments[0].MayBeOption && arguments[0].Text != "--")
        {
            if (arguments[0].Text is { } option && option.StartsWith("-v", StringComparison.Ordinal))
            {
                var target = option.Length > 2 ? new ShellWord(option[2..], arguments[0].Position) : arguments.Length > 1 ? arguments[1] : default;
                if (VariableOperand(target) is { } variable)
                {
                    _state = Set(_state, variable, ShellValue.Unknown, name.Position);
                }

                return Outcome.Both(_state);
            }

            if (arguments[0].Text is null && (arguments[0].IsMany || string.IsNullOrEmpty(arguments[0].Prefix)))
            {
                // `printf "$x"` prints, unless the value is `-v` and a name follows.
                if (arguments.Length > 1 || arguments[0].IsMany)
                {
                    Opaque(OpaqueReason.ComputedArgument, "What 'printf' does depends on a value that is computed while running.", arguments[0].Position);
                }
            }
        }

        if (arguments is [{ Text: "--" }, .. var rest])
        {
            arguments = rest;
        }

        Print(PrintfText(arguments));
        return Outcome.Both(_state);
    }

    private static string? PrintfText(ReadOnlySpan<ShellWord> arguments)
    {
        if (arguments.Length == 0 || arguments[0].Text is not { } format || arguments[0].IsVague)
        {
            return null;
        }

        var text = new System.Text.StringBuilder();
        var next = 1;
        do
        {
            var before = next;
            for (var i = 0; i < format.Length; i++)
            {
                if (format[i] == '\\')
                {
                    if (i + 1 < format.Length && format[i + 1] is 'n' or 't' or '\\')
                    {
                        text.Append(format[++i] switch { 'n' => '\n', 't' => '\t', _ => '\\' });
                        continue;
                    }

                    return null;
                }

                if (format[i] != '%')
                {
                    text.Append(format[i]);
                    continue;
                }

                switch (i + 1 < format.Length ? format[++i] : '\0')
                {
                    case '%':
                        text.Append('%');
                        break;
                    case 's':
                        if (next < arguments.Length)
                        {
                            if (arguments[next].Text is not { } argument || arguments[next].IsVague)
                            {
                                return null;
                            }

                            next++;
                            text.Append(argument);
                        }

                        break;
                    default:
                        return null;
                }

                if (text.Length > ShellValue.MaxLength)
                {
                    return null;
                }
            }

            if (next == before && next < arguments.Length)
            {
                break;
            }
        }
        while (next < arguments.Length);
        return text.ToString();
    }

    /// <summary>The files that <c>test</c> looks at. An operator that is computed could be any.</summary>
    private void RunTest(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print("");
        _state = state;
        if (name.Text == "[" && arguments is [.., { Text: "]" }])
        {
            arguments = arguments[..^1];
        }

        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            if (word.IsMany || (word.Text is null && i + 1 < arguments.Length && arguments[i + 1].Text is null))
            {
                Opaque(OpaqueReason.ComputedArgument, "What is tested depends on values that are computed while running.", word.Position);
                return;
            }

            if (i + 1 == arguments.Length)
            {
                return;
            }

            if (word.Text is ['-', var letter] && IsOperand(arguments, i))
            {
                var operand = arguments[i + 1];
                if ("abcdefghkprsuwxGLNOS".Contains(letter, StringComparison.Ordinal))
                {
                    _recorder.ReadsIn(state, operand);
                    i++;
                }
                else if (letter is 'v' or 'R')
                {
                    VariableOperand(operand);
                    i++;
                }
            }
            else if (word.Text is "-nt" or "-ot" or "-ef" && i > 0)
            {
                _recorder.ReadsIn(state, arguments[i - 1]);
                _recorder.ReadsIn(state, arguments[i + 1]);
            }
        }
    }

    // `-a` and `-o` between two tests join them.
    private static bool IsOperand(ReadOnlySpan<ShellWord> arguments, int i) =>
        arguments[i].Text is not ("-a" or "-o") || i == 0 || (i == 1 && arguments[0].Text is "!" or "(");

    private Outcome RunLet(ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        _state = state;
        foreach (var argument in arguments)
        {
            if (argument.Text is null || argument.IsVague)
            {
                Opaque(OpaqueReason.UnsupportedConstruct, "A text that is not known is evaluated as arithmetic, which could run commands.", argument.Position);
            }
            else
            {
                ArithmeticText(argument.Text, argument.Position, 0);
            }
        }

        return Outcome.Both(_state);
    }
}
