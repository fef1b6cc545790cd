using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntentAuthz.Containment.Tests;

/// <summary>Reads what <c>strace -f -y</c> wrote. Calls that failed are left out, except connections.</summary>
internal sealed partial class KernelTrace(string directory)
{
    private readonly Dictionary<int, string> _directories = [];
    private readonly Dictionary<int, int> _parents = [];
    private readonly Dictionary<int, string> _unfinished = [];
    private readonly List<KernelEvent> _events = [];

    public const string Calls =
        "open,openat,openat2,creat,execve,execveat,unlink,unlinkat,rmdir,rename,renameat,renameat2,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate,connect,sendto,chmod,fchmodat,chown,lchown,fchownat,mknod,mknodat,chdir,fchdir,clone,clone3,fork,vfork,setxattr,mount";

    public static List<KernelEvent> Read(string path, string directory)
    {
        var trace = new KernelTrace(directory);
        string[] lines = File.ReadAllLines(path, Encoding.Latin1);
        foreach (string line in lines)
        {
            if (Clone().Match(line) is { Success: true } clone)
            {
                trace._parents[int.Parse(clone.Groups[2].Value, CultureInfo.InvariantCulture)] = int.Parse(clone.Groups[1].Value, CultureInfo.InvariantCulture);
            }
        }

        foreach (string line in lines)
        {
            trace.Line(line);
        }

        return trace._events;
    }

    [GeneratedRegex(@"^(\d+) +(?:<\.\.\. )?(?:clone3?|v?fork)\b.* = (\d+)$")]
    private static partial Regex Clone();

    [GeneratedRegex(@"sin_port=htons\((\d+)\), sin_addr=inet_addr\(""([^""]*)""\)|sin6_port=htons\((\d+)\).*inet_pton\(AF_INET6, ""([^""]*)""")]
    private static partial Regex Address();

    private void Line(string line)
    {
        int space = line.IndexOf(' ');
        if (space < 0 || !int.TryParse(line.AsSpan(0, space), out int process))
        {
            return;
        }

        string call = line[space..].TrimStart();
        if (call.StartsWith("<... ", StringComparison.Ordinal))
        {
            int resumed = call.IndexOf("resumed>", StringComparison.Ordinal);
            if (resumed < 0 || !_unfinished.Remove(process, out string? begun))
            {
                return;
            }

            call = begun + call[(resumed + "resumed>".Length)..];
        }
        else if (call.EndsWith("<unfinished ...>", StringComparison.Ordinal))
        {
            _ = Directory(process);
            _unfinished[process] = call[..^"<unfinished ...>".Length];
            return;
        }

        int open = call.IndexOf('(');
        int result = call.LastIndexOf(" = ", StringComparison.Ordinal);
        if (open < 0 || result < 0)
        {
            return;
        }

        string name = call[..open];
        bool failed = call[result..].StartsWith(" = -1", StringComparison.Ordinal) || call[result..].StartsWith(" = ?", StringComparison.Ordinal);
        string arguments = call[(open + 1)..result].TrimEnd().TrimEnd(')');
        if (name is "connect" or "sendto")
        {
            if (Address().Match(arguments) is { Success: true } address)
            {
                string host = address.Groups[2].Success ? address.Groups[2].Value : address.Groups[4].Value;
                string port = address.Groups[1].Success ? address.Groups[1].Value : address.Groups[3].Value;
                Add(KernelEventKind.Connect, $"{host}:{port}", line);
            }

            return;
        }

        if (!failed)
        {
            Call(process, name, arguments, line);
        }
    }

    private void Call(int process, string name, string arguments, string line)
    {
        List<string> paths = Paths(process, arguments);
        switch (name)
        {
            case "open" or "openat" or "openat2" or "creat":
                bool writes = name == "creat" || arguments.Contains("O_WRONLY", StringComparison.Ordinal) || arguments.Contains("O_RDWR", StringComparison.Ordinal) || arguments.Contains("O_CREAT", StringComparison.Ordinal)
                    || arguments.Contains("O_TRUNC", StringComparison.Ordinal) || arguments.Contains("O_TMPFILE", StringComparison.Ordinal);
                if (arguments.Contains("O_PATH", StringComparison.Ordinal))
                {
                    // A handle that neither reads nor lists.
                    break;
                }

                bool reaches = arguments.Contains("O_DIRECTORY", StringComparison.Ordinal);
                Add(arguments.Contains("O_TMPFILE", StringComparison.Ordinal) || (writes && !reaches) ? KernelEventKind.Write : reaches || System.IO.Directory.Exists(paths[0]) ? KernelEventKind.Directory : KernelEventKind.Read, paths[0], line);
                break;
            case "execve" or "execveat":
                Add(KernelEventKind.Execute, paths[0], line);
                break;
            case "unlink" or "unlinkat" or "rmdir":
                Add(KernelEventKind.Delete, paths[0], line);
                break;
            case "rename" or "renameat" or "renameat2":
                Add(KernelEventKind.Delete, paths[0], line);
                Add(KernelEventKind.Write, paths[1], line);
                break;
            case "link" or "linkat":
                Add(KernelEventKind.Read, paths[0], line);
                Add(KernelEventKind.Write, paths[1], line);
                break;
            case "symlink" or "symlinkat":
                Add(KernelEventKind.Write, paths[^1], line);
                break;
            case "mkdir" or "mkdirat":
                Add(KernelEventKind.MakeDirectory, paths[^1], line);
                break;
            case "truncate" or "chmod" or "fchmodat" or "chown" or "lchown" or "fchownat" or "mknod" or "mknodat" or "mount":
                Add(KernelEventKind.Write, paths[^1], line);
                break;
            case "setxattr":
                Add(KernelEventKind.Write, paths[0], line);
                break;
            case "chdir":
                _directories[process] = paths[0];
                break;
            case "fchdir":
                int from = arguments.IndexOf('<');
                int to = arguments.LastIndexOf('>');
                if (from >= 0 && to > from)
                {
                    _directories[process] = arguments[(from + 1)..to];
                }

                break;
        }
    }

    private static string Plain(string path) => path.Length > 1 ? path.TrimEnd('/') : path;

    private void Add(KernelEventKind kind, string target, string line) => _events.Add(new KernelEvent(kind, target, line));

    private string Directory(int process)
    {
        if (!_directories.TryGetValue(process, out string? known))
        {
            known = _directories[process] = _parents.TryGetValue(process, out int parent) ? Directory(parent) : directory;
        }

        return known;
    }

    /// <summary>The quoted arguments as absolute paths; one is relative to the descriptor before it, or to where the process is.</summary>
    private List<string> Paths(int process, string arguments)
    {
        var paths = new List<string>();
        string current = Directory(process);
        string relativeTo = current;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] == '<')
            {
                int close = arguments.IndexOf('>', i);
                relativeTo = arguments[(i + 1)..close];
                i = close;
            }
            else if (arguments[i] == '"')
            {
                var text = new StringBuilder();
                for (i++; i < arguments.Length && arguments[i] != '"'; i++)
                {
                    if (arguments[i] == '\\')
                    {
                        i++;
                        text.Append(arguments[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var c => c });
                    }
                    else
                    {
                        text.Append(arguments[i]);
                    }
                }

                string path = text.ToString();
                paths.Add(Plain(Path.GetFullPath(path.Length == 0 ? relativeTo : Path.Combine(relativeTo, path))));
                relativeTo = current;
            }
            else if (arguments[i] == '[')
            {
                // The vector of execve.
                break;
            }
        }

        return paths;
    }
}
