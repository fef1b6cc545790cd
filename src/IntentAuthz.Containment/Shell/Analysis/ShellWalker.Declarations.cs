namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private Outcome Declare(ShellWord name, ReadOnlySpan<ShellWord> arguments, SimpleCommand? command, ShellState state)
    {
        _state = state;
        var exports = name.Text == "export";
        var readOnly = name.Text == "readonly";
        var isArray = false;
        var prints = arguments.Length == 0;
        var global = false;
        var start = 0;
        for (; start < arguments.Length; start++)
        {
            var option = arguments[start];
            if (option.Text is not { Length: > 1 } text || text[0] is not ('-' or '+'))
            {
                if (option.Text is null && option.MayBeOption)
                {
                    Opaque(OpaqueReason.UnsupportedConstruct, $"What '{name.Text}' declares is computed while running.", option.Position);
                }

                break;
            }

            if (text == "--")
            {
                start++;
                break;
            }

            foreach (var letter in text.AsSpan(1))
            {
                switch (letter)
                {
                    case 'x' when text[0] == '-':
                        exports = true;
                        break;
                    case 'r' when text[0] == '-':
                        readOnly = true;
                        break;
                    case 'a' or 'A':
                        isArray = true;
                        break;
                    case 'g':
                        global = true;
                        break;
                    case 'p' or 'F':
                        prints = true;
                        break;
                    case 'n' when exports && name.Text == "export":
                        // It is exported no longer; what a program then sees is not known, and a value is not either.
                        break;
                    case 'f' when name.Text is "declare" or "typeset":
                        prints = true;
                        break;
                    default:
                        Opaque(OpaqueReason.UnsupportedConstruct, $"'{name.Text} {text}' gives a variable an attribute that is not followed.", option.Position);
                        break;
                }
            }
        }

        if (exports && arguments is [{ Text: ['-', ..] first }, ..] && first.Contains('f', StringComparison.Ordinal))
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "A function is handed to programs; that is not followed.", name.Position);
        }

        if (prints)
        {
            Print(null);
        }

        var isLocal = _call?.Function is not null && !global && name.Text is "local" or "declare" or "typeset";
        foreach (var argument in arguments[start..])
        {
            DeclareOne(argument, exports, readOnly, isArray, isLocal, prints);
        }

        if (command is not null)
        {
            foreach (var (_, assignment) in command.ArrayArguments)
            {
                if (isLocal)
                {
                    MakeLocal(assignment.Name);
                }

                _state = Assign(assignment, _state);
                Mark(assignment.Name, exports, readOnly, assignment.Position);
            }
        }

        return Outcome.Both(_state);
    }

    private void DeclareOne(ShellWord argument, bool exports, bool readOnly, bool isArray, bool isLocal, bool prints)
    {
        var text = argument.Text ?? argument.Prefix;
        var equals = text?.IndexOf('=', StringComparison.Ordinal) ?? -1;
        if (text is null || (argument.Text is null && equals < 0) || (argument.Text is null && argument.IsMany) || (argument.IsVague && equals < 0))
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "The name of a variable is computed while running.", argument.Position);
            return;
        }

        var append = equals > 0 && text[equals - 1] == '+';
        var target = equals < 0 ? text : text[..(append ? equals - 1 : equals)];
        if (VariableOperand(new ShellWord(target, argument.Position)) is not { } name || !IsName(name))
        {
            return;
        }

        if (isLocal)
        {
            MakeLocal(name);
        }

        if (equals >= 0)
        {
            var value = argument.Text is null || append || name.Length != target.Length || isArray ? ShellValue.Unknown : ShellValue.Of(argument.Text[(equals + 1)..], argument.IsPattern);
            _state = Set(_state, name, value, argument.Position, isArray: isArray || name.Length != target.Length);
        }
        else if (isLocal)
        {
            // Shells differ in whether a new local variable is unset or has the value from outside.
            _state = Set(_state, name, ShellValue.Unknown, argument.Position, isArray: isArray);
        }

        if (!prints)
        {
            Mark(name, exports, readOnly, argument.Position);
        }
    }

    private void MakeLocal(string name) => _call!.Locals.TryAdd(name, _state.Variables.GetValueOrDefault(name));

    private void Mark(string name, bool exports, bool readOnly, int position)
    {
        if (!exports && !readOnly)
        {
            return;
        }

        var variable = _state.Variables.GetValueOrDefault(name) ?? new VariableState(ShellValue.Unknown);
        if (exports && !variable.IsExported)
        {
            _recorder.Variable(name, variable.Value.Exact, position);
        }

        _state = _state with { Variables = _state.Variables.SetItem(name, variable with { IsExported = exports || variable.IsExported, IsReadOnly = readOnly || variable.IsReadOnly }) };
    }

    private Outcome Unset(ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        _state = state;
        var functions = true;
        var variables = true;
        foreach (var argument in arguments)
        {
            if (argument.Text is "-f" or "-v" or "-n" or "--")
            {
                functions = argument.Text == "-f" || (argument.Text == "--" && functions);
                variables = argument.Text != "-f" && variables;
                continue;
            }

            if (functions && argument.Text is { } function && _state.Functions.TryGetValue(function, out var known))
            {
                _state = _state with { Functions = variables ? _state.Functions.SetItem(function, known with { MayBeNone = true }) : _state.Functions.Remove(function) };
            }

            if (variables && VariableOperand(argument) is { } name && IsName(name))
            {
                // With a subscript one element goes; what else is in the variable stays.
                _state = Set(_state, name, name.Length == argument.Text?.Length ? ShellValue.Unset : ShellValue.Unknown, argument.Position);
            }
        }

        return Outcome.Both(_state);
    }

    private static Outcome Shift(ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        var count = 1;
        if (arguments.Length > 1 || (arguments.Length == 1 && !int.TryParse(arguments[0].Text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count)))
        {
            return Outcome.Both(state with { Parameters = PositionalParameters.Unknown });
        }

        var words = state.Parameters.Words;
        if (!state.Parameters.IsCounted)
        {
            // Which words are gone is not known; those that are left are among them, if there is only one kind.
            return Outcome.Both(words is [_] ? state : state with { Parameters = PositionalParameters.Unknown });
        }

        return count <= words.Length ? Outcome.Both(state with { Parameters = new PositionalParameters(words[count..]) }) : Outcome.Both(state);
    }

    private Outcome RunSet(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(arguments.Length == 0 ? null : "");
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            if (argument.Text is null && argument.MayBeOption)
            {
                Opaque(OpaqueReason.UnsupportedConstruct, "What 'set' sets is computed while running.", argument.Position);
                return Outcome.Both(state with { Parameters = PositionalParameters.Unknown });
            }

            if (argument.Text is "--" or "-")
            {
                return Outcome.Both(argument.Text == "-" && i + 1 == arguments.Length ? state : state with { Parameters = new PositionalParameters([.. arguments[(i + 1)..]]) });
            }

            if (argument.Text is not { Length: > 1 } text || text[0] is not ('-' or '+') || argument.IsVague)
            {
                return Outcome.Both(state with { Parameters = new PositionalParameters([.. arguments[i..]]) });
            }

            foreach (var letter in text.AsSpan(1))
            {
                if (letter == 'o')
                {
                    i++;
                    if (i < arguments.Length && arguments[i].Text is not ("errexit" or "nounset" or "pipefail" or "xtrace" or "verbose" or "noglob" or "noclobber" or "errtrace" or "functrace" or "notify" or "hashall" or "monitor" or "ignoreeof" or "braceexpand" or "emacs" or "vi" or "nolog" or "allexport"))
                    {
                        Opaque(OpaqueReason.UnsupportedConstruct, "'set -o' changes the shell in a way that is not followed.", arguments[i].Position);
                    }

                    if (i < arguments.Length && arguments[i].Text == "allexport")
                    {
                        state = state with { ExportsAll = state.ExportsAll || text[0] == '-' };
                    }
                }
                else if (letter == 'a')
                {
                    state = state with { ExportsAll = state.ExportsAll || text[0] == '-' };
                }
                else if (!"euxvfCbhmET".Contains(letter, StringComparison.Ordinal) && !(letter == 'B' && text[0] == '-'))
                {
                    Opaque(OpaqueReason.UnsupportedConstruct, $"'set {text}' changes the shell in a way that is not followed.", argument.Position);
                }
            }
        }

        return Outcome.Both(state);
    }

    private Outcome RunShopt(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(null);
        var sets = false;
        foreach (var argument in arguments)
        {
            switch (argument.Text)
            {
                case "-s":
                    sets = true;
                    continue;
                case "-u":
                    sets = true;
                    continue;
                case "-q" or "-p":
                    continue;
                case "nullglob" or "failglob" or "dotglob" or "globstar" or "nocasematch" or "inherit_errexit" or "checkwinsize" or "histappend" or "cmdhist" or "progcomp" or "huponexit" or "interactive_comments":
                    continue;
                case "extglob" when arguments is not [{ Text: "-u" }, ..]:
                    continue;
                default:
                    if (sets || argument.Text is null || argument.Text.StartsWith('-'))
                    {
                        Opaque(OpaqueReason.UnsupportedConstruct, "'shopt' changes the shell in a way that is not followed.", argument.Position);
                    }

                    continue;
            }
        }

        return Outcome.Both(state);
    }

    private Outcome RunReading(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print("");
        _state = state;
        switch (name.Text)
        {
            case "getopts":
                if (arguments.Length > 1 && VariableOperand(arguments[1]) is { } letter && IsName(letter))
                {
                    _state = Set(_state, letter, ShellValue.Unknown, name.Position);
                }

                _state = Set(_state, "OPTARG", ShellValue.Unknown, name.Position);
                return Outcome.Both(_state);
            case "read":
                Read(arguments, name, "adeinNprstu", "rse", takesArray: true);
                return Outcome.Both(_state);
            default:
                Read(arguments, name, "dnOsuCc", "t", takesArray: false);
                return Outcome.Both(_state);
        }
    }

    private void Read(ReadOnlySpan<ShellWord> arguments, ShellWord name, string options, string flags, bool takesArray)
    {
        var names = 0;
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            if (names == 0 && word.Text is ['-', not '-', ..] text)
            {
                for (var at = 1; at < text.Length; at++)
                {
                    if (flags.Contains(text[at], StringComparison.Ordinal))
                    {
                        continue;
                    }

                    var value = at + 1 < text.Length ? new ShellWord(text[(at + 1)..], word.Position) : ++i < arguments.Length ? arguments[i] : default;
                    if (takesArray && text[at] == 'a')
                    {
                        SetRead(value, isArray: true);
                        names = -1;
                    }
                    else if (!options.Contains(text[at], StringComparison.Ordinal) || text[at] == 'C')
                    {
                        Opaque(OpaqueReason.UnsupportedConstruct, $"'{name.Text}' is called with an option that is not followed.", word.Position);
                    }

                    break;
                }

                continue;
            }

            if (word.Text == "--" && names == 0)
            {
                continue;
            }

            names = 1;
            SetRead(word, isArray: !takesArray);
        }

        if (names == 0)
        {
            _state = Set(_state, takesArray ? "REPLY" : "MAPFILE", ShellValue.Unknown, name.Position, isArray: !takesArray);
        }
    }

    private void SetRead(ShellWord word, bool isArray)
    {
        if (VariableOperand(word) is { } variable && IsName(variable))
        {
            _state = Set(_state, variable, ShellValue.Unknown, word.Position, isArray: isArray);
        }
    }
}
