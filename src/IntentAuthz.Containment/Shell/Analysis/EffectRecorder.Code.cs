namespace IntentAuthz.Containment;

/// <summary>
/// Code that a command runs and nobody has read. It is named, and no more is unknown than what it does, where it is the workspace's own as it lay there before the
/// text began. Where the text may have put it there, changed it, or told it by a variable to do something else, the text is opaque: then it runs what it brings along.
/// </summary>
internal sealed partial class EffectRecorder
{
    private const int MaxPairs = 100_000;

    private readonly List<CodeRun> _runs = [];
    private readonly List<FileChange> _changes = [];
    private readonly List<(string Name, string? Value, int Position)> _settable = [];

    private int _calls;
    private int _call;

    /// <summary>Code in a file or beneath a directory.</summary>
    /// <param name="Paths">Where it lies.</param>
    /// <param name="Latest">The last time at which it can run.</param>
    /// <param name="Program">The name of the program that runs it.</param>
    /// <param name="Call">Which call of a program that is.</param>
    /// <param name="Position">Where that stands.</param>
    private readonly record struct CodeRun(string[] Paths, int Latest, string Program, int Call, int Position);

    /// <summary>A file that is written.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Earliest">The first time at which it can be.</param>
    /// <param name="Program">The name of the program that writes it.</param>
    /// <param name="Call">Which call of a program that is; 0 for the shell.</param>
    /// <param name="IsNamed">Whether the command names it; a tool that builds writes somewhere in its directory.</param>
    private readonly record struct FileChange(string Path, int Earliest, string Program, int Call, bool IsNamed);

    public override void RunsCode(ShellWord path)
    {
        Reads(path);
        if (path.Text is not { Length: > 0 } text || path.IsVague)
        {
            Opaque(OpaqueReason.ForeignCode, $"'{_program}' runs code in a file that is named only when it runs.", path);
            return;
        }

        Add(_code, path, "Code that is run");
        if (_directories is null || path.Place == FilePlace.Home)
        {
            Opaque(OpaqueReason.ForeignCode, $"'{_program}' runs the code in '{text}', and where that lies is not known.", path);
            return;
        }

        var paths = new string[_directories.Length];
        for (var i = 0; i < paths.Length; i++)
        {
            paths[i] = PathNames.Resolve(_directories[i], text);
        }

        if (_isBeneath || text[0] is '/' or '~' || !Array.TrueForAll(paths, IsOwn))
        {
            Opaque(OpaqueReason.ForeignCode, $"'{_program}' runs the code in '{text}', which is not the workspace's own.", path);
        }

        _runs.Add(new CodeRun(paths, _walker!.Latest, _program, _call, path.Position));
    }

    /// <summary>Whether a path lies in the directory that the text starts in.</summary>
    private bool IsOwn(string path) => _walker!.WorkingDirectory is { } start
        ? path.StartsWith(start, StringComparison.Ordinal) && start.Length > 1 && (path.Length == start.Length || start[^1] == '/' || path[start.Length] == '/')
        : path[0] is not ('/' or '~') && path != ".." && !path.StartsWith("../", StringComparison.Ordinal);

    private void NoteChange(string path, FilePlace place, bool isTree)
    {
        // git keeps its own records, in which no code lies.
        if (place == FilePlace.Above && (path.EndsWith("/.git", StringComparison.Ordinal) || path.Contains("/.git/", StringComparison.Ordinal) || path is ".git" || path.StartsWith(".git/", StringComparison.Ordinal)))
        {
            return;
        }

        // A directory that is made is empty.
        if (_program is not ("mkdir" or "/bin/mkdir" or "/usr/bin/mkdir"))
        {
            _changes.Add(new FileChange(path, _walker!.Earliest, _program, _call, place == FilePlace.Here && !isTree));
        }
    }

    /// <summary>A variable that programs may see.</summary>
    public void MayBeSeen(string name, string? value, int position)
    {
        if (!CodeVariables.IsHarmless(name, value))
        {
            _settable.Add((name, value, position));
        }
    }

    private void CheckCode()
    {
        if (_settable.Count > 0)
        {
            var (name, _, position) = _settable[0];
            Opaque(OpaqueReason.ForeignCode, $"'{name}' is set, and code runs that nobody has read: it may choose by that what it does.", new ShellWord(null, position));
        }

        // What git checks out is not made of what lies there, whatever hooks it runs.
        HashSet<int> tools = [.. _runs.Where(run => run.Program is not ("git" or "/usr/bin/git" or "/bin/git")).Select(run => run.Call)];
        Dictionary<int, int> latestOfCall = [];
        foreach (var run in _runs)
        {
            latestOfCall[run.Call] = Math.Max(run.Latest, latestOfCall.GetValueOrDefault(run.Call));
        }

        var latest = latestOfCall.Select(pair => (Call: pair.Key, Time: pair.Value)).OrderByDescending(run => run.Time).Take(2).ToArray();
        List<FileChange> named = [];
        foreach (var change in _changes)
        {
            // The program itself has read its code before it writes, so that the last other one counts.
            if (!tools.Contains(change.Call) && !IsAside(change.Path) && Array.Exists(latest, run => run.Call != change.Call && change.Earliest <= run.Time))
            {
                ChangesCode(change.Path, _runs.First(run => run.Call != change.Call && change.Earliest <= run.Latest).Position);
                return;
            }

            if (change.IsNamed)
            {
                named.Add(change);
            }
        }

        if ((long)named.Count * _runs.Count > MaxPairs)
        {
            Opaque(OpaqueReason.TooLarge, "More files are written and more code is run than is compared.", default);
            return;
        }

        foreach (var run in _runs)
        {
            foreach (var change in named)
            {
                if (change.Earliest <= run.Latest && change.Call != run.Call && MayBeRun(change, run, tools.Contains(change.Call)))
                {
                    ChangesCode(change.Path, run.Position);
                    return;
                }
            }
        }
    }

    /// <summary>Whether a file that is named and written may be what is run: where it lies in the way, or another tool than the one that runs it has made it.</summary>
    private bool MayBeRun(FileChange change, CodeRun run, bool isByTool)
    {
        // `cmake -B build && cmake --build build`, `gcc -c a.c && gcc a.o`: what the first step makes of the workspace's code, the second goes on with.
        if (isByTool && change.Program == run.Program && run.Program is "cmake" or "gcc" or "g++" or "cc" or "c++" or "clang" or "clang++")
        {
            return false;
        }

        return (isByTool && change.Program != run.Program && !IsAside(change.Path)) || Array.Exists(run.Paths, code => PathNames.MayLieIn(code, change.Path));
    }

    private void ChangesCode(string path, int position) =>
        Opaque(OpaqueReason.ForeignCode, $"'{path}' is written, and then code of the workspace runs: it may be what was written.", new ShellWord(null, position));

    /// <summary>Whether a file is neither code nor settings of a tool: a device, a log, a temporary file of a workspace that lies elsewhere.</summary>
    private bool IsAside(string path) =>
        (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm", StringComparison.Ordinal))
        || (path.EndsWith(".log", StringComparison.Ordinal) && path.AsSpan().IndexOfAny("*?[") < 0)
        || path is "nohup.out" || path.EndsWith("/nohup.out", StringComparison.Ordinal)
        || ((path is "/tmp" || path.StartsWith("/tmp/", StringComparison.Ordinal)) && _walker!.WorkingDirectory?.StartsWith("/tmp", StringComparison.Ordinal) is not true);
}
