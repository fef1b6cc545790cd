namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private Outcome RunSimple(SimpleCommand command, ShellState state)
    {
        var choices = _choices;
        var all = Outcome.None;
        var reading = _choices = new Choices();
        var (output, input, names) = (_output, _input, _inputNames);
        while (true)
        {
            _choices = reading;
            var outcome = RunReading(command, state);
            (_output, _input, _inputNames) = (output, input, names);
            if (reading.IsSingle)
            {
                _choices = choices;
                return outcome;
            }

            // Which of the readings it is is not known, so neither is what it prints.
            _output?.Append(null);
            all = Outcome.Join(all, outcome);
            if (!reading.Next() || !Step(command.Position))
            {
                _choices = choices;
                return all;
            }
        }
    }

    /// <summary>Follows a simple command under one reading of the variables that can have several values.</summary>
    private Outcome RunReading(SimpleCommand command, ShellState state)
    {
        _state = state;
        var words = new List<ShellWord>(command.Words.Length);
        var declares = command.Words.Length > 1 && IsDeclaration(command.Words[0].Literal);
        foreach (var word in command.Words)
        {
            if (declares && IsAssignmentWord(word))
            {
                words.Add(ExpandAssignmentWord(word));
            }
            else
            {
                Expand(word, words);
            }
        }

        if (command.Redirections.Length > 0)
        {
            _state = RunRedirections(command.Redirections, _state);
        }

        if (command.Words.Length == 0)
        {
            return RunAssignments(command);
        }

        if (words.Count == 0)
        {
            // `$nothing`: what remains are the assignments, which then hold.
            foreach (var assignment in command.Assignments)
            {
                _state = Assign(assignment, _state);
            }

            return Outcome.Both(_state);
        }

        return command.Assignments.Length == 0 ? RunWords(words, command, _state) : RunWithAssignments(command, words);
    }

    private Outcome RunAssignments(SimpleCommand command)
    {
        _printed = null;
        foreach (var assignment in command.Assignments)
        {
            _state = Assign(assignment, _state);
        }

        // `name=$(mktemp)` succeeds where the program does.
        return _printed is { } printed && command is { Assignments: [{ IsAppend: false, Subscript: null, Elements: null, Value.Parts: [SubstitutionPart] or [QuotedPart { Parts: [SubstitutionPart] }] } only], Redirections.Length: 0 }
            ? new Outcome(Set(_state, only.Name, printed, only.Position), _state)
            : Outcome.Both(_state);
    }

    private Outcome RunWithAssignments(SimpleCommand command, List<ShellWord> words)
    {
        var before = _state;
        var during = before;
        foreach (var assignment in command.Assignments)
        {
            during = Assign(assignment, during);
            var variable = during.Variables.GetValueOrDefault(assignment.Name);
            _recorder.Variable(assignment.Name, variable?.Value.Exact, assignment.Position);
            if (variable is not null)
            {
                during = during with { Variables = during.Variables.SetItem(assignment.Name, variable with { IsExported = true }) };
            }
        }

        // The words were expanded before the assignments; the command sees them.
        _state = during;
        var outcome = RunWords(words, command, during);
        var isLasting = words[0].Text is { } name && (during.Functions.ContainsKey(name) || IsSpecialBuiltin(name));
        return new Outcome(Restore(outcome.Success), Restore(outcome.Failure));

        ShellState? Restore(ShellState? after)
        {
            if (after is null)
            {
                return null;
            }

            var variables = after.Variables;
            foreach (var assignment in command.Assignments)
            {
                var old = before.Variables.GetValueOrDefault(assignment.Name);
                if (isLasting)
                {
                    // Shells differ in whether the assignment stays.
                    variables = variables.SetItem(assignment.Name, (old ?? new VariableState(ShellValue.Unknown)) with { Value = ShellValue.Unknown, Elements = null });
                }
                else
                {
                    variables = old is null ? variables.Remove(assignment.Name) : variables.SetItem(assignment.Name, old);
                }
            }

            return after with { Variables = variables };
        }
    }

    /// <summary>Follows a command whose words are expanded.</summary>
    private Outcome RunWords(List<ShellWord> words, SimpleCommand? command, ShellState state, bool skipsFunctions = false, bool onlyBuiltins = false)
    {
        var name = words[0];
        if (name.Text is null || name.IsVague)
        {
            Opaque(OpaqueReason.ComputedProgram, "The name of a program is computed while running.", name.Position);
            _output?.Append(null);
            return Outcome.Both(state);
        }

        if (!skipsFunctions && state.Functions.TryGetValue(name.Text, out var function))
        {
            var called = Call(function, words, state);
            return function.MayBeNone ? Outcome.Join(called, RunWords(words, command, state, skipsFunctions: true)) : called;
        }

        var span = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(words);
        if (RunBuiltin(name, span[1..], command, state) is { } outcome)
        {
            return outcome;
        }

        if (onlyBuiltins)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'{name.Text}' is called as a builtin and none that is known.", name.Position);
            return Outcome.Both(state);
        }

        Printed = null;
        PrintedLine = null;
        _recorder.Start(name, span[1..], moreArguments: false, state);
        if (_output is not null)
        {
            CaptureProgram(name.Text, span[1..]);
        }

        return Outcome.Both(state);
    }

    /// <summary>What a program prints, where that is plain.</summary>
    private void CaptureProgram(string name, ReadOnlySpan<ShellWord> arguments)
    {
        if ((Printed ?? NamePrinters.Of(name, arguments)) is { } names)
        {
            _output!.AppendNames(names);
        }
        else if (PrintedLine is { } line && _uncertain == 0)
        {
            _output!.AppendLine(line);
        }
        else if (_inputNames is { } passed && NameFilters.Passes(name, arguments))
        {
            _output!.AppendNames(passed);
        }
        else
        {
            Capture(name, arguments);
        }
    }

    private void Capture(string name, ReadOnlySpan<ShellWord> arguments) =>
        _output!.Append(name == "cat" && arguments.Length == 0 && _uncertain == 0 ? _input : null);

    private Outcome Define(FunctionDefinition definition, ShellState state)
    {
        if (definition.Name.Static is not { } name || definition.Name.IsQuoted || definition.Name.Literal is null)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "A function has a name that is no plain word.", definition.Position);
            return Outcome.Both(state);
        }

        if (name.Contains('/', StringComparison.Ordinal) || name is "command_not_found_handle")
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"A function named '{name}' runs instead of programs.", definition.Position);
        }

        var one = new FunctionState([definition], MayBeNone: true);
        _everFunctions = _everFunctions.SetItem(name, _everFunctions.TryGetValue(name, out var known) ? FunctionState.Join(known, one) : one);

        return Outcome.Both(state with { Functions = state.Functions.SetItem(name, new FunctionState([definition], MayBeNone: false)) });
    }

    private Outcome Call(FunctionState function, List<ShellWord> words, ShellState state)
    {
        if (function.IsCut)
        {
            TooLarge($"The function '{words[0].Text}' has more definitions than are followed.", words[0].Position);
        }

        var outcome = Outcome.None;
        foreach (var definition in function.Definitions)
        {
            outcome = Outcome.Join(outcome, Call(definition, words, state));
        }

        return outcome;
    }

    private Outcome Call(FunctionDefinition definition, List<ShellWord> words, ShellState state)
    {
        if (_callDepth >= MaxCallDepth || !Step(definition.Position))
        {
            TooLarge($"The function '{words[0].Text}' calls itself, or calls are nested deeper than is analysed.", words[0].Position);
            return Outcome.Both(state);
        }

        _callDepth++;
        var (outer, loop, choices, input, names, output) = (_call, _loop, _choices, _input, _inputNames, _output);
        var frame = _call = new CallFrame(definition, new Dictionary<string, VariableState?>(StringComparer.Ordinal));
        _loop = null;
        _choices = null;
        _input = null;
        _inputNames = null;
        var outcome = Run(definition.Body, state with { Parameters = new PositionalParameters([.. words[1..]]) });
        outcome = new Outcome(ShellState.Join(outcome.Success, frame.Ended), ShellState.Join(outcome.Failure, frame.Ended));
        (_call, _loop, _choices, _input, _inputNames, _output) = (outer, loop, choices, input, names, output);
        _callDepth--;
        return new Outcome(Restore(outcome.Success), Restore(outcome.Failure));

        ShellState? Restore(ShellState? after)
        {
            if (after is null)
            {
                return null;
            }

            var variables = after.Variables;
            foreach (var (name, old) in frame.Locals)
            {
                variables = old is null ? variables.Remove(name) : variables.SetItem(name, old);
            }

            return after with { Variables = variables, Parameters = state.Parameters };
        }
    }

    /// <summary>Follows redirections. What they leave on the standard input and take from the standard output is in the fields for these.</summary>
    private ShellState RunRedirections(Redirection[] redirections, ShellState state)
    {
        _state = state;
        foreach (var redirection in redirections)
        {
            var target = redirection.Kind is RedirectionKind.HereDocument or RedirectionKind.HereString ? ExpandSingle(redirection.Target) : ExpandTarget(redirection.Target);
            if (redirection.Variable is { } variable)
            {
                _state = Set(_state, variable, ShellValue.Number, redirection.Position);
            }

            switch (redirection.Kind)
            {
                case RedirectionKind.HereDocument or RedirectionKind.HereString:
                    if (redirection.Variable is null && redirection.Descriptor is null or 0)
                    {
                        _inputNames = null;
                        _input = target.Text is null || target.IsVague ? null : redirection.Kind == RedirectionKind.HereString ? target.Text + "\n" : target.Text;
                    }

                    break;
                case RedirectionKind.DuplicateInput or RedirectionKind.DuplicateOutput:
                    Duplicate(redirection, target);
                    break;
                default:
                    Open(redirection, target);
                    break;
            }
        }

        return _state;
    }

    private void Open(Redirection redirection, ShellWord target)
    {
        var reads = redirection.Kind is RedirectionKind.Input or RedirectionKind.ReadWrite;
        var writes = redirection.Kind != RedirectionKind.Input;
        var descriptor = redirection.Descriptor ?? (reads ? 0 : 1);
        if (redirection.Variable is null)
        {
            if (descriptor == 0)
            {
                _input = null;
                _inputNames = null;
            }
            else if (descriptor == 1)
            {
                _output = _output is null ? null : new OutputCapture();
            }
        }

        if (target.Text is not null && IsNetwork(target.Text))
        {
            Connect(target);
            return;
        }

        if (reads)
        {
            _recorder.ReadsIn(_state, target);
        }

        if (writes)
        {
            _recorder.WritesIn(_state, target);
        }
    }

    private static bool IsNetwork(string path) => path.StartsWith("/dev/tcp/", StringComparison.Ordinal) || path.StartsWith("/dev/udp/", StringComparison.Ordinal);

    private void Connect(ShellWord target)
    {
        var parts = target.Text!["/dev/tcp/".Length..].Split('/');
        if (target.IsVague || parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0)
        {
            Opaque(OpaqueReason.ComputedArgument, "A host that is connected to is named only when the command runs.", target.Position);
            return;
        }

        _recorder.Connects(new ShellWord(parts[0], target.Position), int.TryParse(parts[1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port < 65536 ? port : null);
    }

    private void Duplicate(Redirection redirection, ShellWord target)
    {
        var isOutput = redirection.Kind == RedirectionKind.DuplicateOutput;
        if (target.Text is null || target.IsVague)
        {
            Opaque(OpaqueReason.ComputedArgument, "What is redirected to is computed while running.", redirection.Position);
            return;
        }

        var digits = target.Text.EndsWith('-') ? target.Text[..^1] : target.Text;
        if (digits.Length > 0 && digits.AsSpan().IndexOfAnyExceptInRange('0', '9') >= 0)
        {
            // `>&word` sends both outputs to a file; after another number, and with `<&`, it is an error.
            Open(new Redirection(isOutput ? RedirectionKind.OutputAndError : RedirectionKind.Input, redirection.Descriptor, redirection.Variable, redirection.Target, redirection.Position), target);
            return;
        }

        var descriptor = redirection.Descriptor ?? (isOutput ? 1 : 0);
        if (descriptor == 0)
        {
            _input = null;
            _inputNames = null;
        }
        else if (descriptor == 1 && digits != "1")
        {
            _output = _output is null ? null : new OutputCapture();
        }

        if (digits == "1" && descriptor != 1)
        {
            // Something else is written to the standard output as well.
            _output?.Append(null);
        }
    }
}
