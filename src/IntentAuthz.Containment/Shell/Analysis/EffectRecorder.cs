namespace IntentAuthz.Containment;

/// <summary>Gathers what the commands of one text do. Paths are put together with the directories that the command can be in.</summary>
internal sealed partial class EffectRecorder : ProgramEffects
{
    /// <summary>The most reasons that are kept.</summary>
    public const int MaxReasons = 100;

    private readonly OrderedNames _reads = new();
    private readonly OrderedNames _writes = new();
    private readonly OrderedNames _deletes = new();
    private readonly OrderedNames _code = new();
    private readonly List<ShellEndpoint> _connects = [];
    private readonly List<ShellEndpoint> _listens = [];
    private readonly List<ShellProgram> _programs = [];
    private readonly HashSet<string> _programKeys = new(StringComparer.Ordinal);
    private readonly List<ShellVariable> _variables = [];
    private readonly List<string> _privileges = [];
    private readonly List<ShellOpacity> _reasons = [];

    // Files of settings that programs read of themselves, and what is written otherwise than by git, which knows its own.
    private readonly HashSet<string> _settings = new(StringComparer.Ordinal);
    private readonly OrderedNames _changed = new();

    // Links that the text has made so far: what lies at or beneath these names is something else.
    private readonly OrderedNames _links = new();

    // What a program sets before it starts another: `env NAME=value sh -c …`.
    private readonly List<(string Name, ShellWord Value)> _passed = [];

    private ShellWalker? _walker;
    private string[]? _directories = [""];

    // Whether the directory is any that lies beneath those, or one of them.
    private bool _isBeneath;
    private string _program = "";
    private bool _isDirect = true;
    private bool _changesPrivilege;

    public bool IsFull => _reasons.Count >= MaxReasons;

    public bool HasReasons => _reasons.Count > 0;

    public void Attach(ShellWalker walker) => _walker = walker;

    /// <summary>Tells the table about a program that the shell itself starts.</summary>
    public void Start(ShellWord name, ReadOnlySpan<ShellWord> arguments, bool moreArguments, ShellState state)
    {
        var (directories, beneath, program, direct, changes, passed) = (_directories, _isBeneath, _program, _isDirect, _changesPrivilege, _passed.Count);
        _directories = state.Directories;
        _isBeneath = false;
        _isDirect = true;
        _changesPrivilege = false;
        Tell(name, arguments, moreArguments);
        (_directories, _isBeneath, _program, _isDirect, _changesPrivilege) = (directories, beneath, program, direct, changes);
        _passed.RemoveRange(passed, _passed.Count - passed);
    }

    private void Tell(ShellWord name, ReadOnlySpan<ShellWord> arguments, bool moreArguments)
    {
        if (!_walker!.Step(name.Position))
        {
            return;
        }

        Program(name.Text!, arguments, moreArguments, isBuiltin: false);
        if (name.Text!.AsSpan().IndexOfAnyInRange('\0', '\u001f') >= 0)
        {
            Opaque(OpaqueReason.UnknownProgram, "The name of a program has a control character in it.", name);
            return;
        }

        if (!_walker.Enter(name.Position))
        {
            return;
        }

        var (program, call) = (_program, _call);
        (_program, _call) = (name.Text!, ++_calls);
        ProgramTable.Tell(name, arguments, moreArguments, this, _walker.Programs);
        (_program, _call) = (program, call);
        _walker.Leave();
    }

    public void Program(string name, ReadOnlySpan<ShellWord> arguments, bool moreArguments, bool isBuiltin)
    {
        var known = new string?[arguments.Length + (moreArguments ? 1 : 0)];
        for (var i = 0; i < arguments.Length; i++)
        {
            known[i] = arguments[i].Text;
        }

        // Two calls are the same if the lengths and the texts are.
        if (_programs.Count > 0)
        {
            if (_programKeys.Count == 0)
            {
                _programKeys.Add(Key(_programs[0]));
            }

            var program = new ShellProgram(name, known, isBuiltin);
            if (_programKeys.Add(Key(program)))
            {
                _programs.Add(program);
            }
        }
        else
        {
            _programs.Add(new ShellProgram(name, known, isBuiltin));
        }
    }

    private static string Key(ShellProgram program)
    {
        var key = new System.Text.StringBuilder(program.Name);
        key.Append(program.IsBuiltin ? "\0b" : "\0p");
        foreach (var argument in program.Arguments)
        {
            key.Append('\0').Append(argument ?? "\0");
        }

        return key.ToString();
    }

    public override void Reads(ShellWord path) => Add(_reads, path, "A file that is read");

    public override void Writes(ShellWord path) => Add(_writes, path, "A file that is written");

    public override void Deletes(ShellWord path) => Add(_deletes, path, "A file that is deleted");

    private void Add(OrderedNames names, ShellWord path, string what)
    {
        if (path.Text is null)
        {
            Opaque(OpaqueReason.ComputedArgument, what + " is named only when the command runs.", path);
            return;
        }

        if (path.Text.Length == 0)
        {
            // No file has the empty name.
            return;
        }

        if (path.Text[0] == '/')
        {
            Add(names, PathNames.Plain(path.Text), path.Place, isTree: false);
            return;
        }

        if (path.Place == FilePlace.Home)
        {
            Add(names, _walker!.Home is { } home ? PathNames.Resolve(home, path.Text) : "~/" + path.Text, path.Place);
            return;
        }

        if (_directories is null)
        {
            Opaque(OpaqueReason.ComputedArgument, what + " is relative to a directory that is not known.", path);
            return;
        }

        if (_isBeneath && HasParent(path.Text))
        {
            Opaque(OpaqueReason.ComputedArgument, what + " lies above a directory that is not known.", path);
            return;
        }

        foreach (var directory in _directories)
        {
            Add(names, _isBeneath ? directory.Length == 0 ? "." : directory : PathNames.Resolve(directory, path.Text), path.Place, isTree: path.Text == ".");
            if (path.Place == FilePlace.Above)
            {
                AddAbove(names, directory, path.Text);
            }
        }
    }

    private void Add(OrderedNames names, string path, FilePlace place, bool isTree = false)
    {
        if (_links.Names.Count > 0 && !ReferenceEquals(names, _links))
        {
            CheckLinks(path);
        }

        names.Add(path);
        if (ReferenceEquals(names, _writes))
        {
            NoteChange(path, place, isTree);
        }

        if (place == FilePlace.Here)
        {
            // git keeps its own settings, unless it is told to write somewhere among them.
            if (ReferenceEquals(names, _writes) && (_program is not ("git" or "/usr/bin/git" or "/bin/git") || path.Contains("/.git/", StringComparison.Ordinal) || path.StartsWith(".git/", StringComparison.Ordinal)))
            {
                _changed.Add(path);
            }
        }
        else if (ReferenceEquals(names, _reads) && !isTree)
        {
            _settings.Add(path);
        }
    }

    private static bool HasParent(string path) => path == ".." || path.StartsWith("../", StringComparison.Ordinal) || path.Contains("/../", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal);

    /// <summary>The file in the directories above: up to the one the text starts in, or all where the command runs outside of that.</summary>
    private void AddAbove(OrderedNames names, string directory, string name)
    {
        var start = _walker!.WorkingDirectory ?? "";
        while (directory != start && directory.Length > 0 && directory != "/" && !directory.EndsWith("..", StringComparison.Ordinal))
        {
            var slash = directory.LastIndexOf('/');
            directory = slash > 0 ? directory[..slash] : slash == 0 ? "/" : "";
            Add(names, PathNames.Resolve(directory, name), FilePlace.Above, isTree: name == ".");
        }
    }

    /// <summary>A file that the shell itself opens.</summary>
    public void In(ShellState state, Action<ProgramEffects> report)
    {
        var (directories, beneath) = (_directories, _isBeneath);
        (_directories, _isBeneath) = (state.Directories, false);
        report(this);
        (_directories, _isBeneath) = (directories, beneath);
    }

    public void ReadsIn(ShellState state, ShellWord path)
    {
        In(state, effects => effects.Reads(path));
    }

    public void WritesIn(ShellState state, ShellWord path)
    {
        In(state, effects => effects.Writes(path));
    }

    public override void Connects(ShellWord host, int? port) => Add(_connects, host, port, "A host that is connected to");

    public override void Listens(ShellWord address, int? port) => Add(_listens, address, port, "An address that is listened on");

    private void Add(List<ShellEndpoint> endpoints, ShellWord host, int? port, string what)
    {
        if (host.Text is null || host.IsVague)
        {
            Opaque(OpaqueReason.ComputedArgument, what + " is named only when the command runs.", host);
            return;
        }

        var endpoint = new ShellEndpoint(host.Text, port);
        if (!endpoints.Contains(endpoint))
        {
            endpoints.Add(endpoint);
        }
    }

    public override void Runs(ReadOnlySpan<ShellWord> command, bool moreArguments = false)
    {
        if (command.Length == 0)
        {
            if (moreArguments)
            {
                Opaque(OpaqueReason.ComputedProgram, $"'{_program}' runs a program that is named only when it runs.", default);
            }

            return;
        }

        if (command[0].Text is null || command[0].IsVague)
        {
            Opaque(OpaqueReason.ComputedProgram, $"'{_program}' runs a program that is named only when it runs.", command[0]);
            return;
        }

        var direct = _isDirect;
        _isDirect = false;
        var begun = BeginWithin();
        Tell(command[0], command[1..], moreArguments);
        EndWithin(begun);
        _isDirect = direct;
    }

    // What a program starts it may start often, or leave running, unless it is known to wait for it once.
    private bool BeginWithin()
    {
        if (_program.AsSpan(_program.LastIndexOf('/') + 1) is "sh" or "bash" or "dash" or "env" or "nice" or "nohup" or "timeout" or "time" or "stdbuf" or "ionice" or "sudo" or "doas" or "su" or "flock")
        {
            return false;
        }

        _walker!.BeginLasting();
        return true;
    }

    private void EndWithin(bool begun)
    {
        if (begun)
        {
            _walker!.EndLasting();
        }
    }

    public override void RunsShell(ShellWord script, ReadOnlySpan<ShellWord> arguments = default)
    {
        if (script.Text is null || script.IsVague)
        {
            Opaque(OpaqueReason.ComputedProgram, $"The text that '{_program}' runs is put together only when the command runs.", script);
            return;
        }

        var begun = BeginWithin();
        _walker!.RunNested(script.Text, script.Position, arguments, _isBeneath ? null : _directories, Inherits(), _passed, _changesPrivilege, Dialect());
        EndWithin(begun);
    }

    public override void RunsShellFromInput(ShellWord at, ReadOnlySpan<ShellWord> arguments = default)
    {
        if (_walker!.KnownInput is not { } text)
        {
            Opaque(OpaqueReason.ForeignCode, $"'{_program}' runs what comes on its standard input.", at);
            return;
        }

        _walker.RunNested(text, at.Position, arguments, _isBeneath ? null : _directories, Inherits(), _passed, _changesPrivilege, Dialect());
    }

    // A program between the shells can change the environment in ways that the table does not tell.
    private bool Inherits() => _isDirect;

    private ShellDialect Dialect() => _program.AsSpan(_program.LastIndexOf('/') + 1) is "bash" ? ShellDialect.Bash : ShellDialect.Posix;

    // What another program starts may print something besides, or read what comes first.
    public override void Prints(ReadOnlySpan<ShellWord> names)
    {
        if (_isDirect)
        {
            _walker!.Printed = [.. names];
        }
    }

    public override void PrintsLine(ShellWord name)
    {
        if (_isDirect)
        {
            _walker!.PrintedLine = name;
        }
    }

    public override IReadOnlyList<ShellWord>? NamesOnInput => _isDirect ? _walker!.KnownNames : null;

    public override void SetsVariable(string name, ShellWord value)
    {
        Variable(name, value.Text, value.Position);
        _passed.Add((name, value));
    }

    public void Variable(string name, string? value, int position)
    {
        var variable = new ShellVariable(name, value);
        if (!_variables.Contains(variable))
        {
            _variables.Add(variable);
        }

        MayBeSeen(name, value, position);
        if (!LoadedVariables.IsHarmless(name, value) && LoadedVariables.Why(name) is { } why)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'{name}' is set: {why}", new ShellWord(null, position));
        }
    }

    public override void Privilege(string what)
    {
        _changesPrivilege = true;
        if (!_privileges.Contains(what))
        {
            _privileges.Add(what);
        }
    }

    public override IDisposable In(ShellWord directory)
    {
        var scope = new DirectoryScope(this, _directories, _isBeneath);
        if (directory.Text is null || directory.IsPattern || (_isBeneath && HasParent(directory.Text)))
        {
            _directories = null;
        }
        else if (_isBeneath && directory.Text.StartsWith('/'))
        {
            (_directories, _isBeneath) = (Resolve(null, directory.Text), directory.IsTree);
        }
        else if (directory.Text.Length > 0 && !_isBeneath)
        {
            (_directories, _isBeneath) = (Resolve(_directories, directory.Text), directory.IsTree);
        }

        return scope;
    }

    /// <summary>The directories that a path stands for, seen from others.</summary>
    public static string[]? Resolve(string[]? from, string path)
    {
        if (path[0] == '/')
        {
            return [PathNames.Plain(path)];
        }

        if (from is null)
        {
            return null;
        }

        var directories = new string[from.Length];
        for (var i = 0; i < from.Length; i++)
        {
            var resolved = PathNames.Resolve(from[i], path);
            directories[i] = resolved == "." ? "" : resolved;
        }

        return directories;
    }

    public override void Opaque(OpaqueReason reason, string message, ShellWord at)
    {
        if (IsFull)
        {
            return;
        }

        var opacity = new ShellOpacity(reason, message, at.Position);
        if (!_reasons.Contains(opacity))
        {
            _reasons.Add(opacity);
        }
    }

    public ShellAnalysis Build(IReadOnlyList<ShellError> errors)
    {
        if (_runs.Count > 0)
        {
            CheckCode();
        }

        if (_changed.Names.Count > 0)
        {
            CheckSettings();
            CheckSystem();
        }

        return Built(errors);
    }

    private ShellAnalysis Built(IReadOnlyList<ShellError> errors) => new()
    {
        Errors = errors,
        Programs = _programs,
        Reads = _reads.Names,
        Writes = _writes.Names,
        Deletes = _deletes.Names,
        Code = _code.Names,
        Connects = _connects,
        Listens = _listens,
        Variables = _variables,
        Privileges = _privileges,
        Reasons = _reasons,
    };

    private sealed class DirectoryScope(EffectRecorder recorder, string[]? before, bool beneath) : IDisposable
    {
        public void Dispose() => (recorder._directories, recorder._isBeneath) = (before, beneath);
    }
}
