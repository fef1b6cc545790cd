namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    /// <summary>Follows a command.</summary>
    private Outcome Run(ShellCommand command, ShellState state)
    {
        if (!Step(command.Position) || !Enter(command.Position))
        {
            return Outcome.Both(state);
        }

        var outcome = command switch
        {
            SimpleCommand simple => RunSimple(simple, state),
            CommandList list => RunList(list, state),
            AndOrList list => RunAndOr(list, state),
            Pipeline pipeline => RunPipeline(pipeline, state),
            FunctionDefinition function => Define(function, state),
            _ => RunCompound(command, state),
        };
        Leave();
        return outcome;
    }

    private Outcome RunList(CommandList list, ShellState state)
    {
        var outcome = Outcome.Both(state);
        var current = state;
        foreach (var (command, isBackground) in list.Items)
        {
            if (isBackground)
            {
                BeginLasting();
                Isolated(command, current, output: _output is null ? null : Discarded());
                EndLasting();
                outcome = Outcome.Both(current);
                continue;
            }

            outcome = Run(command, current);
            if (outcome.Any is not { } next)
            {
                return Outcome.None;
            }

            current = next;
            Tick();
        }

        return outcome;
    }

    // What runs in the background writes its output at any time.
    private OutputCapture Discarded()
    {
        _output!.Append(null);
        return new OutputCapture();
    }

    private Outcome RunAndOr(AndOrList list, ShellState state)
    {
        var outcome = Run(list.First, state);
        _uncertain++;
        foreach (var (isAnd, command) in list.Rest)
        {
            Tick();
            if (isAnd && outcome.Success is { } success)
            {
                var then = Run(command, success);
                outcome = new Outcome(then.Success, ShellState.Join(outcome.Failure, then.Failure));
            }
            else if (!isAnd && outcome.Failure is { } failure)
            {
                var otherwise = Run(command, failure);
                outcome = new Outcome(ShellState.Join(outcome.Success, otherwise.Success), otherwise.Failure);
            }
        }

        _uncertain--;
        return outcome;
    }

    private Outcome RunPipeline(Pipeline pipeline, ShellState state)
    {
        if (pipeline.Commands.Length == 1)
        {
            var outcome = Run(pipeline.Commands[0], state);
            return pipeline.IsNegated ? new Outcome(outcome.Failure, outcome.Success) : outcome;
        }

        var (input, names) = (_input, _inputNames);
        BeginTogether();
        for (var i = 0; i < pipeline.Commands.Length; i++)
        {
            var output = i + 1 < pipeline.Commands.Length ? new OutputCapture() : _output;
            Isolated(pipeline.Commands[i], state, output, input, i + 1 < pipeline.Commands.Length, names);
            // What is written to the error output is not followed.
            input = pipeline.HasErrors ? null : output?.Text;
            names = pipeline.HasErrors ? null : output?.Names;
        }

        EndTogether();
        return Outcome.Both(state);
    }

    /// <summary>Follows a command in a process of its own, whose changes are lost. Its traps run when it ends.</summary>
    private ShellState? Isolated(ShellCommand command, ShellState state, OutputCapture? output, string? input = null, bool newOutput = false, IReadOnlyList<ShellWord>? names = null)
    {
        var (oldOutput, oldInput, oldNames, loop, call, choices, uncertain) = (_output, _input, _inputNames, _loop, _call, _choices, _uncertain);
        _output = output;
        _input = input;
        _inputNames = names;
        _loop = null;
        _choices = null;
        if (newOutput)
        {
            _uncertain = 0;
        }

        // `return` and `exit` end this process only, but what is known there is known at its end.
        _call = new CallFrame(call?.Function, call is null ? [] : new Dictionary<string, VariableState?>(call.Locals, StringComparer.Ordinal));
        var traps = _traps.Count;
        var after = Run(command, state).Any;
        after = ShellState.Join(after, _call.Ended);
        RunTraps(after ?? state, traps);
        (_output, _input, _inputNames, _loop, _call, _choices, _uncertain) = (oldOutput, oldInput, oldNames, loop, call, choices, uncertain);
        return after;
    }

    private Outcome RunCompound(ShellCommand command, ShellState state)
    {
        var (output, input, names) = (_output, _input, _inputNames);

        // What a compound command's parts take from a known input is not followed.
        _input = null;
        _inputNames = null;
        if (command.Redirections.Length > 0)
        {
            state = RunRedirections(command.Redirections, state);
            _input = null;
            _inputNames = null;
        }

        var outcome = command switch
        {
            GroupCommand { IsSubshell: false } group => Run(group.Body, state),
            GroupCommand group => RunSubshell(group, state),
            IfCommand choice => RunIf(choice, state),
            WhileCommand loop => RunWhile(loop, state),
            ForCommand loop => RunFor(loop, state),
            ArithmeticForCommand loop => RunArithmeticFor(loop, state),
            CaseCommand choice => RunCase(choice, state),
            ConditionCommand condition => RunCondition(condition, state),
            ArithmeticCommand arithmetic => RunArithmetic(arithmetic, state),
            CoprocessCommand coprocess => RunCoprocess(coprocess, state),
            _ => throw new InvalidOperationException("A kind of command that is not followed: " + command.GetType().Name),
        };
        (_output, _input, _inputNames) = (output, input, names);
        return outcome;
    }

    private Outcome RunSubshell(GroupCommand group, ShellState state)
    {
        Isolated(group.Body, state, _output);
        return Outcome.Both(state);
    }

    private Outcome RunIf(IfCommand choice, ShellState state)
    {
        _uncertain++;
        var outcome = Outcome.None;
        ShellState? rest = state;
        foreach (var (condition, body) in choice.Branches)
        {
            if (rest is null)
            {
                break;
            }

            var tested = Run(condition, rest);
            rest = tested.Failure;
            if (tested.Success is { } success)
            {
                outcome = Outcome.Join(outcome, Run(body, success));
            }
        }

        if (rest is not null)
        {
            outcome = choice.Otherwise is null ? new Outcome(ShellState.Join(outcome.Success, rest), outcome.Failure) : Outcome.Join(outcome, Run(choice.Otherwise, rest));
        }

        _uncertain--;
        return outcome;
    }

    private Outcome RunWhile(WhileCommand loop, ShellState state)
    {
        ShellState? left = null;
        Rounds(state, round =>
        {
            var tested = Run(loop.Condition, round);
            var (goesOn, ends) = loop.IsUntil ? (tested.Failure, tested.Success) : (tested.Success, tested.Failure);
            left = ShellState.Join(left, ends);
            return goesOn is null ? null : Run(loop.Body, goesOn).Any;
        });
        return Outcome.Both(ShellState.Join(left, _lastRounds));
    }

    private ShellState? _lastRounds;

    /// <summary>Follows rounds of a loop until one more shows nothing new. What any of them leaves behind is in <see cref="_lastRounds"/>.</summary>
    private void Rounds(ShellState state, Func<ShellState, ShellState?> body)
    {
        _uncertain++;
        BeginTogether();
        var frame = _loop = new LoopFrame(_loop);
        var current = state;
        ShellState? all = state;
        while (true)
        {
            var after = ShellState.Join(body(current), frame.Left);
            all = ShellState.Join(all, after);
            if (after is null || _isTooLarge)
            {
                break;
            }

            var joined = ShellState.Join(current, after)!;
            if (joined.SameAs(current))
            {
                break;
            }

            // Each time round something more becomes unknown, so this ends.
            current = ShellState.Widen(current, joined);
        }

        _loop = frame.Outer;
        EndTogether();
        _uncertain--;
        _lastRounds = ShellState.Join(all, current);
    }

    private Outcome RunFor(ForCommand loop, ShellState state)
    {
        var words = new List<ShellWord>();
        _state = state;
        if (loop.Words is null)
        {
            words.AddRange(state.Parameters.Words);
        }
        else
        {
            foreach (var word in loop.Words)
            {
                Expand(word, words);
            }
        }

        state = _state;
        if (loop.Name.Static is not { } name || !IsName(name))
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "The variable of a loop has no valid name.", loop.Name.Position);
            return Outcome.Both(state);
        }

        if (words.Count == 0)
        {
            return Outcome.Both(state);
        }

        var value = loop.IsSelect ? ShellValue.Join(ValueOf(words), ShellValue.Unknown) : ValueOf(words);
        Rounds(state, round => Run(loop.Body, Set(round, name, value, loop.Position)).Any);
        return Outcome.Both(_lastRounds);
    }

    /// <summary>The value of a variable that is each of some words in turn.</summary>
    private static ShellValue ValueOf(List<ShellWord> words)
    {
        ShellValue? value = null;
        foreach (var word in words)
        {
            if (word.Text is null)
            {
                return ShellValue.Unknown;
            }

            var one = ShellValue.Of(word);
            value = value is null ? one : ShellValue.Join(value, one);
        }

        return value ?? ShellValue.Unset;
    }

    private Outcome RunArithmeticFor(ArithmeticForCommand loop, ShellState state)
    {
        _state = state;
        Arithmetic(loop.Expressions[0]);
        Rounds(_state, round =>
        {
            _state = round;
            Arithmetic(loop.Expressions[1]);
            if (Run(loop.Body, _state).Any is not { } after)
            {
                return null;
            }

            _state = after;
            Arithmetic(loop.Expressions[2]);
            return _state;
        });
        return Outcome.Both(_lastRounds);
    }

    private Outcome RunCase(CaseCommand choice, ShellState state)
    {
        _state = state;
        ExpandSingle(choice.Subject);
        _uncertain++;
        var outcome = choice.Branches.Any(branch => branch.Patterns.Any(pattern => pattern.Parts is [LiteralPart { Text: "*", IsQuoted: false }])) ? Outcome.None : Outcome.Both(_state);
        var fallen = Outcome.None;
        var tried = _state;
        foreach (var branch in choice.Branches)
        {
            // What the branch before did holds here only where it fell through.
            _state = tried;
            foreach (var pattern in branch.Patterns)
            {
                ExpandSingle(pattern);
            }

            // Any branch can be the one, or none; one before can have fallen through to here.
            tried = _state;
            var entry = ShellState.Join(tried, fallen.Any)!;
            fallen = Run(branch.Body, entry);
            outcome = Outcome.Join(outcome, fallen);
            if (!branch.FallsThrough)
            {
                fallen = Outcome.None;
            }
        }

        _uncertain--;
        return outcome;
    }

    private Outcome RunArithmetic(ArithmeticCommand command, ShellState state)
    {
        _state = state;
        Arithmetic(command.Expression);
        return Outcome.Both(_state);
    }

    private Outcome RunCoprocess(CoprocessCommand command, ShellState state)
    {
        BeginLasting();
        Isolated(command.Command, state, new OutputCapture());
        EndLasting();
        var name = command.Name ?? "COPROC";
        return Outcome.Both(Set(Set(state, name, ShellValue.Unknown, command.Position), name + "_PID", ShellValue.Number, command.Position));
    }

    private Outcome RunCondition(ConditionCommand condition, ShellState state)
    {
        _state = state;
        foreach (var test in condition.Tests)
        {
            var left = test.Left is null ? default : ExpandSingle(test.Left);
            var leftValue = _lastSingle;
            var right = ExpandSingle(test.Right);
            switch (test.Operator)
            {
                case "" or "=" or "==" or "!=" or "=~" or "<" or ">" or "-n" or "-z" or "-o" or "-t":
                    break;
                case "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge":
                    ArithmeticOperand(left, leftValue);
                    ArithmeticOperand(right, _lastSingle);
                    break;
                case "-v" or "-R":
                    VariableOperand(right);
                    break;
                case "-nt" or "-ot" or "-ef":
                    _recorder.ReadsIn(_state, left);
                    _recorder.ReadsIn(_state, right);
                    break;
                default:
                    _recorder.ReadsIn(_state, right);
                    break;
            }
        }

        return Outcome.Both(_state);
    }
}
