using System.Collections.Immutable;

namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private Outcome RunExit(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        // With more arguments than one, or one that is no number, shells differ in whether they end.
        if (arguments.Length > 1 || (arguments.Length == 1 && arguments[0].IsMany))
        {
            return Outcome.Both(state);
        }

        EndAll(state);
        return Outcome.None;
    }

    // What is known at the end of a process is needed for its traps, which run at any `exit`.
    private void EndAll(ShellState state) => _exits = ShellState.Join(_exits, state);

    private ShellState? _exits;

    private Outcome RunReturn(ShellState state)
    {
        if (_call?.Function is null)
        {
            // Outside of a function some shells end and some go on.
            return Outcome.Both(state);
        }

        _call.Ended = ShellState.Join(_call.Ended, state);
        return Outcome.None;
    }

    private Outcome RunBreak(ShellState state)
    {
        if (_loop is null)
        {
            return Outcome.Both(state);
        }

        // How many loops are left is not followed: any of them can be.
        for (var loop = _loop; loop is not null; loop = loop.Outer)
        {
            loop.Left = ShellState.Join(loop.Left, state);
        }

        return Outcome.None;
    }

    private Outcome RunEval(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        var text = new System.Text.StringBuilder();
        foreach (var argument in arguments)
        {
            if (argument.Text is null || argument.IsVague)
            {
                Opaque(OpaqueReason.ComputedProgram, "The text that 'eval' runs is put together only when the command runs.", argument.Position);
                _output?.Append(null);
                return Outcome.Both(state);
            }

            if (text.Length > 0)
            {
                text.Append(' ');
            }

            text.Append(argument.Text);
        }

        return RunText(text.ToString(), name.Position, state);
    }

    /// <summary>Follows a text in this shell.</summary>
    private Outcome RunText(string text, int position, ShellState state)
    {
        if (!Enter(position))
        {
            return Outcome.Both(state);
        }

        var outcome = Outcome.Both(state);
        if (Parse(text, position) is { } commands)
        {
            var (fixedPosition, input, choices) = (_fixedPosition, _input, _choices);
            _fixedPosition = position;
            _input = null;
            _choices = null;
            outcome = Run(commands, state);
            (_fixedPosition, _input, _choices) = (fixedPosition, input, choices);
        }

        Leave();
        return outcome;
    }

    /// <summary><c>exec</c>, <c>command</c> and <c>builtin</c>: what follows is run, without functions.</summary>
    private Outcome RunPrefix(ShellWord name, ReadOnlySpan<ShellWord> arguments, SimpleCommand? command, ShellState state)
    {
        var start = 0;
        while (start < arguments.Length && arguments[start].MayBeOption)
        {
            var option = arguments[start];
            if (option.Text is null || option.IsVague)
            {
                Opaque(OpaqueReason.ComputedProgram, $"What '{name.Text}' runs is computed while running.", option.Position);
                _output?.Append(null);
                return Outcome.Both(state);
            }

            start++;
            if (option.Text == "--")
            {
                break;
            }

            if (name.Text == "command" && option.Text is "-v" or "-V" or "-pv" or "-pV" or "-vp")
            {
                Print(null);
                return Outcome.Both(state);
            }

            if (name.Text == "exec" && option.Text == "-a")
            {
                // The name that the program is given decides what some programs do.
                Opaque(OpaqueReason.UnsupportedConstruct, "A program is run under another name.", option.Position);
                start++;
            }
            else if (!(name.Text == "exec" && option.Text is "-c" or "-l" or "-cl" or "-lc") && !(name.Text == "command" && option.Text == "-p"))
            {
                Opaque(OpaqueReason.UnknownOption, $"'{name.Text}' is called with an option that is not followed.", option.Position);
                return Outcome.Both(state);
            }
        }

        if (start >= arguments.Length)
        {
            return Outcome.Both(state);
        }

        List<ShellWord> words = [.. arguments[start..]];
        if (name.Text == "exec" && words[0] is { Text: not null, IsVague: false })
        {
            // `exec` runs programs only, not builtins; should it fail, the shell ends or goes on.
            _recorder.Start(words[0], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(words)[1..], moreArguments: false, state);
            _output?.Append(null);
            return Outcome.Both(state);
        }

        return RunWords(words, command, state, skipsFunctions: true, onlyBuiltins: name.Text == "builtin");
    }

    private Outcome RunSource(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        if (arguments.Length > 0)
        {
            if (arguments[0].Text is { } file && !file.Contains('/', StringComparison.Ordinal))
            {
                Opaque(OpaqueReason.ForeignCode, "A file of commands is read, here or wherever PATH says.", arguments[0].Position);
            }

            _recorder.ReadsIn(state, arguments[0]);
        }

        Opaque(OpaqueReason.ForeignCode, "A file of commands is run in this shell.", name.Position);
        _output?.Append(null);
        return Outcome.Both(state);
    }

    private Outcome RunTrap(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(null);
        if (arguments is [{ Text: "--" }, .. var rest])
        {
            arguments = rest;
        }

        if (arguments.Length == 0 || arguments[0].Text is "-p" or "-l" or "-P")
        {
            return Outcome.Both(state);
        }

        if (arguments[0].Text is not { } text || arguments[0].IsVague)
        {
            Opaque(OpaqueReason.ComputedProgram, "The text of a trap is put together only when the command runs.", arguments[0].Position);
            return Outcome.Both(state);
        }

        // With one argument, or a number first, signals are set back.
        if (text is "-" or "" || arguments.Length == 1)
        {
            return Outcome.Both(state);
        }

        foreach (var signal in arguments[1..])
        {
            if (signal.Text is null || signal.IsVague || signal.Text.ToUpperInvariant() is "DEBUG" or "RETURN" or "ERR" or "SIGDEBUG" or "CHLD" or "SIGCHLD" or "17")
            {
                Opaque(OpaqueReason.UnsupportedConstruct, "A trap runs between other commands; that is not followed.", signal.Position);
            }
            else if (!_traps.Exists(trap => trap.Text == text))
            {
                _traps.Add((text, arguments[0].Position, state));
            }
        }

        return Outcome.Both(state);
    }

    /// <summary>
    /// Follows the traps of a process that ends. They can run anywhere before too, so a variable in them is known only if it is the same at every point: none is
    /// taken as known that the text sets.
    /// </summary>
    private void RunTraps(ShellState end, int from = 0)
    {
        if (_traps.Count <= from)
        {
            _exits = from == 0 ? null : _exits;
            return;
        }

        BeginLasting();
        _waiting++;
        for (var i = from; i < _traps.Count; i++)
        {
            var before = TrapState(ShellState.Join(end, _exits)!, _traps[i].State);
            var after = RunText(_traps[i].Text, _traps[i].Position, before).Any;
            if (after is not null && !after.SameAs(before))
            {
                // What it sets would be seen by the commands that run after it.
                Opaque(OpaqueReason.UnsupportedConstruct, "A trap changes variables or directories; when it runs is not known.", _traps[i].Position);
            }
        }

        _waiting--;
        EndLasting();
        _traps.RemoveRange(from, _traps.Count - from);
    }

    private ShellState TrapState(ShellState end, ShellState registered)
    {
        var variables = end.Variables.ToBuilder();
        foreach (var (name, variable) in end.Variables)
        {
            // It has any of the values that it was given, and the one that it had when the trap was set.
            if (_ever.TryGetValue(name, out var values))
            {
                var first = registered.Variables.TryGetValue(name, out var then) ? then.Value : ShellValue.Unknown;
                variables[name] = variable with { Value = ShellValue.Join(first, values), Elements = null };
            }
        }

        return end with
        {
            Variables = variables.ToImmutable(),
            Directories = ShellState.Union(_everDirectories, end.Directories),
            PreviousDirectories = null,
            Parameters = PositionalParameters.Unknown,
            Functions = _everFunctions,
        };
    }

    private readonly Dictionary<string, ShellValue> _ever = new(StringComparer.Ordinal);
    private string[]? _everDirectories = [];
    private ImmutableDictionary<string, FunctionState> _everFunctions = ImmutableDictionary.Create<string, FunctionState>(StringComparer.Ordinal);
}
