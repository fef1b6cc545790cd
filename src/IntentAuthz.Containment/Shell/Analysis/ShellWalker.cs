namespace IntentAuthz.Containment;

/// <summary>
/// Follows the commands of a text over what is known at each point, and tells the recorder what they do. Both branches of a condition and any number of
/// rounds of a loop are followed, so what is told covers every run.
/// </summary>
internal sealed partial class ShellWalker
{
    private const int MaxCallDepth = 24;

    private readonly ShellAnalyzerOptions _options;
    private readonly EffectRecorder _recorder;
    private readonly FieldBuilder _fields = new();
    private readonly List<(string Text, int Position, ShellState State)> _traps = [];

    private ShellState _state = new();
    private Choices? _choices;
    private OutputCapture? _output;
    private string? _input;
    private IReadOnlyList<ShellWord>? _inputNames;
    private ShellDialect _dialect;
    private int _steps;
    private int _depth;
    private int _callDepth;
    private int _uncertain;
    private int _fixedPosition = -1;
    private bool _isTooLarge;
    private LoopFrame? _loop;
    private CallFrame? _call;

    public ShellWalker(ShellAnalyzerOptions options, EffectRecorder recorder)
    {
        _options = options;
        _recorder = recorder;
        _dialect = options.Dialect;
        recorder.Attach(this);
    }

    /// <summary>The text on the standard input of the program that is told of; null where it is not known.</summary>
    public string? KnownInput => _input;

    /// <summary>The names on the standard input of that program, each with a NUL behind it; null where they are not known.</summary>
    public IReadOnlyList<ShellWord>? KnownNames => _inputNames;

    /// <summary>The names that the program prints that was told of last; null where that is not known.</summary>
    public IReadOnlyList<ShellWord>? Printed { get; set; }

    /// <summary>The one line that it prints.</summary>
    public ShellWord? PrintedLine { get; set; }

    /// <summary>The programs that the host described; null for none.</summary>
    public ShellPrograms? Programs => _options.Programs;

    /// <summary>The home directory; null where it is not known.</summary>
    public string? Home => _options.Home;

    /// <summary>The directory that the text starts in; null where it is not known.</summary>
    public string? WorkingDirectory => _options.WorkingDirectory;

    public ShellAnalysis Analyze(string text, ShellState state)
    {
        var errors = new List<ShellError>();
        if (text.Length > _options.MaxLength)
        {
            errors.Add(new ShellError($"The text is longer than {_options.MaxLength} characters.", 0));
            TooLarge("The text is longer than is analysed.", 0);
            return _recorder.Build(errors);
        }

        var commands = new List<(ShellCommand, bool)>();
        var parser = new ShellParser(text, new ParseBudget(_options.MaxDepth, 32L * _options.MaxLength), _dialect == ShellDialect.Posix);
        try
        {
            parser.ReadProgram(commands);
        }
        catch (ShellSyntaxException exception)
        {
            errors.Add(new ShellError(exception.Message, exception.Position));
            Opaque(exception.IsTooLarge ? OpaqueReason.TooLarge : OpaqueReason.UnsupportedConstruct, exception.Message, exception.Position);
        }

        if (HasLoneSurrogate(text) is { } at and >= 0)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "The text holds what is not Unicode, so the bytes that the shell would see are not known.", at);
        }

        NoteDialect(parser);
        RunTop(new CommandList(0, [.. commands]), state);
        return _recorder.Build(errors);
    }

    private void RunTop(CommandList commands, ShellState state)
    {
        _call = new CallFrame(null, []);
        var outcome = Run(commands, state).Any;
        RunTraps(ShellState.Join(outcome, _call.Ended) ?? state);
        _call = null;
    }

    /// <summary>Follows a text that a program hands to a shell of its own.</summary>
    public void RunNested(string text, int position, ReadOnlySpan<ShellWord> arguments, string[]? directories, bool inherits, List<(string Name, ShellWord Value)> passed, bool changesPrivilege, ShellDialect dialect)
    {
        var variables = ShellState.Initial(_options).Variables;
        if (!inherits)
        {
            variables = variables.Clear().Add("IFS", variables["IFS"]);
            if (!changesPrivilege && _state.Variables.TryGetValue("HOME", out var home))
            {
                variables = variables.SetItem("HOME", home);
            }
        }
        else
        {
            var builder = variables.ToBuilder();
            foreach (var (name, variable) in _state.Variables)
            {
                if (name != "IFS")
                {
                    builder[name] = variable.IsExported && !variable.IsArray ? new VariableState(variable.Value) { IsExported = true } : new VariableState(ShellValue.Unknown);
                }
            }

            variables = builder.ToImmutable();
        }

        foreach (var (name, value) in passed)
        {
            variables = variables.SetItem(name, new VariableState(ShellValue.Of(value)) { IsExported = true });
        }

        var state = new ShellState
        {
            Variables = variables,
            Directories = directories,
            Parameters = arguments.Length > 1 ? new PositionalParameters(arguments[1..].ToArray()) : PositionalParameters.Unknown,
        };
        var (before, choices, output, input, names, loop, call, old, uncertain) = (_state, _choices, _output, _input, _inputNames, _loop, _call, _dialect, _uncertain);
        _dialect = dialect;
        _choices = null;
        _output = null;
        _input = null;
        _inputNames = null;
        _loop = null;
        var traps = _traps.Count;
        if (Parse(text, position) is { } commands && Enter(position))
        {
            _call = new CallFrame(null, []);
            var fixedPosition = _fixedPosition;
            _fixedPosition = position;
            var after = Run(commands, state).Any;
            RunTraps(ShellState.Join(after, _call.Ended) ?? state, traps);
            _fixedPosition = fixedPosition;
            Leave();
        }

        (_state, _choices, _output, _input, _inputNames, _loop, _call, _dialect, _uncertain) = (before, choices, output, input, names, loop, call, old, uncertain);
    }

    /// <summary>Reads a text inside the text; what is wrong with it shows only when it runs.</summary>
    private CommandList? Parse(string text, int position)
    {
        if (text.Length > _options.MaxLength)
        {
            TooLarge("A text that is run is longer than is analysed.", position);
            return null;
        }

        _steps += text.Length / 64;
        var commands = new List<(ShellCommand, bool)>();
        var parser = new ShellParser(text, new ParseBudget(Math.Max(1, _options.MaxDepth - _depth), 32L * _options.MaxLength), _dialect == ShellDialect.Posix, fixedPosition: position);
        try
        {
            parser.ReadProgram(commands);
        }
        catch (ShellSyntaxException exception)
        {
            Opaque(exception.IsTooLarge ? OpaqueReason.TooLarge : OpaqueReason.UnsupportedConstruct, "A text that is run: " + exception.Message, position);
        }

        NoteDialect(parser);
        return new CommandList(position, [.. commands]);
    }

    private void NoteDialect(ShellParser parser)
    {
        if (parser.HasTrailingBackslash)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "The text ends in a backslash with nothing behind it, which shells keep or drop.", 0);
        }

        if (_dialect == ShellDialect.Posix && parser.BashOnly is { } construct)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'{construct.What}' means something else in another shell than bash.", construct.Position);
        }
    }

    /// <summary>Counts a step; false where there have been too many.</summary>
    public bool Step(int position)
    {
        if (_isTooLarge)
        {
            return false;
        }

        if (++_steps > _options.MaxSteps)
        {
            TooLarge("Following the text takes more steps than are allowed.", position);
            _isTooLarge = true;
            return false;
        }

        return true;
    }

    /// <summary>Goes a level deeper; false, and nothing to leave, where that is too deep.</summary>
    public bool Enter(int position)
    {
        // Texts inside texts add up; the limit of the text itself is kept by the parser.
        if (_depth >= 2 * _options.MaxDepth || !System.Runtime.CompilerServices.RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            TooLarge("Commands are nested deeper than is analysed.", position);
            return false;
        }

        _depth++;
        return true;
    }

    public void Leave() => _depth--;

    private void Opaque(OpaqueReason reason, string message, int position) => _recorder.Opaque(reason, message, new ShellWord(null, position));

    private void TooLarge(string message, int position) => Opaque(OpaqueReason.TooLarge, message, position);

    private static int HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
