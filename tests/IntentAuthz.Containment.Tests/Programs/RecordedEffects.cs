using System.Text;

namespace IntentAuthz.Containment.Tests;

/// <summary>Writes down what is told of a program, one effect a line, and follows the programs that it starts.</summary>
internal sealed class RecordedEffects : ProgramEffects
{
    private readonly SortedSet<string> _lines = new(StringComparer.Ordinal);
    private readonly Stack<string> _directories = new();
    private int _depth;

    /// <summary>What a plain command does: words are split at spaces, <c>'…'</c> keeps them together, <c>$x</c> is a word that is not known.</summary>
    public static string Of(string command)
    {
        var effects = new RecordedEffects();
        ShellWord[] words = Words(command);
        ProgramTable.Tell(words[0], words.AsSpan(1), false, effects);
        return effects.ToString();
    }

    public static ShellWord[] Words(string command)
    {
        var words = new List<ShellWord>();
        var text = new StringBuilder();
        bool quoted = false, any = false, pattern = false, computed = false;
        foreach (char c in command + " ")
        {
            if (c == ' ' && !quoted)
            {
                if (any)
                {
                    words.Add(computed ? new ShellWord(null, 0) : new ShellWord(text.ToString(), 0) { IsPattern = pattern });
                }

                text.Clear();
                any = pattern = computed = false;
                continue;
            }

            any = true;
            if (c == '\'')
            {
                quoted = !quoted;
                continue;
            }

            pattern |= !quoted && c is '*' or '?' or '[';
            computed |= !quoted && c == '$';
            text.Append(c);
        }

        return [.. words];
    }

    public override void Reads(ShellWord path) => Add("read", path);

    public override void Writes(ShellWord path) => Add("write", path);

    public override void Deletes(ShellWord path) => Add("delete", path);

    public override void Connects(ShellWord host, int? port) => _lines.Add($"connect {host.Text ?? "?"}:{port?.ToString() ?? "?"}");

    public override void Listens(ShellWord address, int? port) => _lines.Add($"listen {address.Text ?? "?"}:{port?.ToString() ?? "?"}");

    public override void Runs(ReadOnlySpan<ShellWord> command, bool moreArguments = false)
    {
        _lines.Add($"run {string.Join(' ', command.ToArray().Select(w => w.Text ?? "?"))}{(moreArguments ? " ..." : "")}");
        if (_depth++ < 8 && command.Length > 0)
        {
            ProgramTable.Tell(command[0], command[1..], moreArguments, this);
        }

        _depth--;
    }

    public override void RunsShell(ShellWord script, ReadOnlySpan<ShellWord> arguments = default) => _lines.Add($"shell {script.Text ?? "?"}");

    public override void SetsVariable(string name, ShellWord value) => _lines.Add($"set {name}={value.Text ?? "?"}");

    public override void Privilege(string what) => _lines.Add($"privilege {what}");

    public override void RunsCode(ShellWord path)
    {
        Add("read", path);
        Add("code", path);
    }

    public override IDisposable In(ShellWord directory)
    {
        _directories.Push(directory.Text ?? "?");
        return new Scope(_directories);
    }

    public override void Opaque(OpaqueReason reason, string message, ShellWord at) => _lines.Add($"opaque {reason}");

    public override string ToString() => string.Join("; ", _lines);

    private void Add(string what, ShellWord path) =>
        _lines.Add($"{what} {(path.Place == FilePlace.Home ? "~/" : string.Concat(_directories.Reverse().Select(d => d + "/")))}{path.Text ?? "?"}");

    private sealed class Scope(Stack<string> directories) : IDisposable
    {
        public void Dispose() => directories.Pop();
    }
}
