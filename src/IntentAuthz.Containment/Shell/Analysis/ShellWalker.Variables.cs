namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || !(char.IsAsciiLetter(text[0]) || text[0] == '_'))
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Sets a variable.</summary>
    private ShellState Set(ShellState state, string name, ShellValue value, int position, ShellWord[]? elements = null, bool isArray = false)
    {
        var old = state.Variables.GetValueOrDefault(name);
        if (old is { IsReadOnly: true })
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'{name}' is set although it is read-only; what follows then is not known.", position);
        }

        var exported = old is { IsExported: true } || state.ExportsAll;
        if (exported)
        {
            _recorder.Variable(name, value.Exact, position);
        }
        else if (LoadedVariables.Why(name) is not null)
        {
            // It may be in the environment, and then programs see the change.
            _recorder.Variable(name, value.Exact, position);
        }
        else if (char.IsAsciiLetterUpper(name[0]))
        {
            // The same; names of the environment are written so.
            _recorder.MayBeSeen(name, value.Exact, position);
        }

        var isSpecial = IsSpecialVariable(name);
        _ever[name] = _ever.TryGetValue(name, out var ever) ? ShellValue.Join(ever, value) : value;
        return state with
        {
            Variables = state.Variables.SetItem(name, new VariableState(isSpecial ? ShellValue.Unknown : value)
            {
                Elements = elements,
                IsArray = isArray || old is { IsArray: true },
                IsExported = exported,
                IsReadOnly = old is { IsReadOnly: true },
            }),
        };
    }

    // The shell gives these their values itself, whatever is assigned.
    private static bool IsSpecialVariable(string name) => name is "_" or "RANDOM" or "SRANDOM" or "SECONDS" or "LINENO" or "UID" or "EUID" or "PPID" or "BASHPID" or "EPOCHSECONDS"
        or "EPOCHREALTIME" or "OPTIND" or "FUNCNAME" or "DIRSTACK" or "GROUPS" or "PIPESTATUS" or "PWD" or "OLDPWD" or "HISTCMD" or "COMP_WORDBREAKS" || name.StartsWith("BASH", StringComparison.Ordinal);

    private static ShellValue ValueOf(string name, ShellState state)
    {
        if (state.Variables.TryGetValue(name, out var variable) && name is not ("PWD" or "OLDPWD"))
        {
            return variable.Value;
        }

        switch (name)
        {
            case "?" or "#" or "$" or "RANDOM" or "SRANDOM" or "SECONDS" or "LINENO" or "UID" or "EUID" or "PPID" or "BASHPID" or "EPOCHSECONDS" or "SHLVL" or "OPTIND" or "PIPESTATUS":
                return name == "#" && state.Parameters.IsCounted ? ShellValue.Of(state.Parameters.Words.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)) : ShellValue.Number;
            case "PWD":
                return OfDirectories(state.Directories);
            case "OLDPWD":
                return OfDirectories(state.PreviousDirectories);
            default:
                return char.IsAsciiDigit(name[0]) && name != "0" && int.TryParse(name, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number > 0
                    ? state.Parameters[number]
                    : ShellValue.Unknown;
        }
    }

    private static ShellValue OfDirectories(string[]? directories)
    {
        if (directories is null)
        {
            return ShellValue.Unknown;
        }

        ShellValue? value = null;
        foreach (var directory in directories)
        {
            if (directory.Length == 0 || directory[0] != '/')
            {
                return ShellValue.Unknown;
            }

            value = value is null ? ShellValue.Of(directory) : ShellValue.Join(value, ShellValue.Of(directory));
        }

        return value ?? ShellValue.Unknown;
    }

    /// <summary>Makes an assignment.</summary>
    private ShellState Assign(Assignment assignment, ShellState state)
    {
        _state = state;
        if (assignment.Elements is { } elements)
        {
            return AssignArray(assignment, elements);
        }

        var value = ExpandSingle(assignment.Value, isAssignment: true);
        if (assignment.Subscript is { } subscript)
        {
            Subscript(subscript);
            return Set(_state, assignment.Name, ShellValue.Unknown, assignment.Position, isArray: true);
        }

        var known = value.Text is null ? _lastSingle : ShellValue.Of(value);
        if (assignment.IsAppend)
        {
            var old = ValueOf(assignment.Name, _state);
            var isArray = _state.Variables.TryGetValue(assignment.Name, out var variable) && variable.IsArray;
            known = !isArray && old.Exact is { } head && value is { Text: { } tail, IsTree: false } ? ShellValue.Of(head + tail, value.IsPattern) : ShellValue.Unknown;
        }

        return Set(_state, assignment.Name, known, assignment.Position);
    }

    private ShellState AssignArray(Assignment assignment, ArrayElement[] elements)
    {
        var words = new List<ShellWord>();
        var isPlain = true;
        foreach (var element in elements)
        {
            if (element.Subscript is null)
            {
                Expand(element.Value, words);
            }
            else
            {
                isPlain = false;
                Subscript(element.Subscript);
                ExpandSingle(element.Value, isAssignment: true);
            }
        }

        if (assignment.Subscript is not null)
        {
            Subscript(assignment.Subscript);
            isPlain = false;
        }

        if (assignment.IsAppend)
        {
            if (_state.Variables.TryGetValue(assignment.Name, out var old) && old.Elements is { } first)
            {
                words.InsertRange(0, first);
            }
            else
            {
                isPlain = false;
            }
        }

        var value = !isPlain || words.Count == 0 || words[0].Text is null || words[0].IsVague ? (isPlain && words.Count == 0 ? ShellValue.Unset : ShellValue.Unknown) : ShellValue.Of(words[0].Text!);
        return Set(_state, assignment.Name, value, assignment.Position, isPlain && words.Count <= 4096 ? [.. words] : null, isArray: true);
    }

    /// <summary>What stands in brackets: a number that arithmetic gives, or a key. Which of the two is not told apart, so both are followed.</summary>
    private void Subscript(Word subscript)
    {
        if (subscript.Static is "@" or "*")
        {
            return;
        }

        Arithmetic(subscript);
    }

    /// <summary>A word that names a variable while running: a subscript in it is evaluated, and can run commands.</summary>
    private string? VariableOperand(ShellWord word)
    {
        if (word.Text is null || word.IsVague)
        {
            if (word.Prefix is { } prefix && prefix.Contains('=', StringComparison.Ordinal) && IsName(prefix.AsSpan(0, prefix.IndexOf('=', StringComparison.Ordinal))))
            {
                return prefix[..prefix.IndexOf('=', StringComparison.Ordinal)];
            }

            Opaque(OpaqueReason.UnsupportedConstruct, "The name of a variable is computed while running; a subscript in it could run commands.", word.Position);
            return null;
        }

        var name = word.Text;
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0)
        {
            return name;
        }

        if (name.AsSpan(bracket).IndexOfAny("$`") >= 0)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "A subscript is evaluated that runs commands.", word.Position);
            return null;
        }

        ArithmeticText(name[(bracket + 1)..].TrimEnd(']'), word.Position, 0);
        return name[..bracket];
    }
}
