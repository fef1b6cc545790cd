using System.Globalization;
using System.IO.Enumeration;

namespace IntentAuthz.Containment.Tests;

/// <summary>Compares what the kernel saw with what was said before.</summary>
internal sealed class PredictionCheck(ShellAnalysis analysis)
{
    /// <summary>
    /// What a process touches whatever it is told to do: the loader and its libraries, the C library's locale, users, groups and time zone, the devices that
    /// every program may use, and what the kernel says of the process and the machine. Only reading counts.
    /// </summary>
    private static readonly string[] Ambient =
    [
        "/etc/ld.so.cache", "/etc/ld.so.preload", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/libexec",
        "/usr/share/locale", "/usr/share/zoneinfo", "/etc/localtime", "/etc/locale.alias",
        "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/userdb", "/run/userdb", "/run/systemd/userdb", "/run/host/userdb",
        "/etc/host.conf", "/etc/hosts", "/etc/resolv.conf", "/etc/gai.conf",
        "/dev/null", "/dev/tty", "/dev/urandom", "/dev/random",
        "/proc/self", "/proc/thread-self", "/proc/filesystems", "/proc/meminfo", "/proc/sys", "/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage", "/sys/fs/cgroup",
        "/etc/ssl/openssl.cnf", "/etc/ssl/certs", "/usr/share/file", "/etc/magic", "/usr/share/misc", "/usr/share/perl", "/usr/share/perl5", "/etc/perl", "/usr/local/lib",
        "/etc/terminfo", "/usr/share/terminfo", "/usr/share/git-core", "/etc/gitconfig", "/etc/gitattributes",
    ];

    /// <summary>Programs that open code which commands of the generator name. Before one has started, nothing that is opened is opened as code.</summary>
    private static readonly string[] Tools = ["sh", "dash", "bash", "make", "python3", "git"];

    private static readonly string[] AmbientWrites = ["/dev/null", "/dev/tty", "/dev/stdout", "/dev/stderr"];

    /// <summary>The first event that was neither predicted nor came after code was opened that is named; null if there is none.</summary>
    public KernelEvent? FirstMiss(IReadOnlyList<KernelEvent> events)
    {
        bool started = false;
        bool isTool = false;
        foreach (KernelEvent e in events)
        {
            // The first program is the shell that is asked.
            if (e.Kind == KernelEventKind.Execute && !started)
            {
                started = true;
                continue;
            }

            isTool |= e.Kind == KernelEventKind.Execute && (Array.IndexOf(Tools, Path.GetFileName(e.Target)) >= 0 || Covers(analysis.Code, e.Target));
            if (isTool && e.Kind is KernelEventKind.Read or KernelEventKind.Execute && Covers(analysis.Code, e.Target))
            {
                return null;
            }

            if (!IsPredicted(e))
            {
                return e;
            }
        }

        return null;
    }

    private bool IsPredicted(KernelEvent e) => e.Kind switch
    {
        KernelEventKind.Connect => analysis.Connects.Any(c => e.Target == $"{Host(c.Host)}:{c.Port?.ToString(CultureInfo.InvariantCulture)}" || (c.Port is null && e.Target.StartsWith(Host(c.Host) + ":", StringComparison.Ordinal))),
        KernelEventKind.Execute => analysis.Programs.Any(p => p.Name == e.Target || Path.GetFileName(p.Name) == Path.GetFileName(e.Target)),
        KernelEventKind.Delete => Covers(analysis.Deletes, e.Target),
        KernelEventKind.Write => Covers(analysis.Writes, e.Target) || IsBeneath(AmbientWrites, e.Target) || e.Target.StartsWith("/proc/self/fd/", StringComparison.Ordinal),
        KernelEventKind.MakeDirectory => Covers(analysis.Writes, e.Target) || analysis.Writes.Any(w => w.StartsWith(e.Target + "/", StringComparison.Ordinal)),
        KernelEventKind.Read => Reads(e.Target),
        _ => Reads(e.Target) || LiesAbove(e.Target),
    };

    private static string Host(string host) => host == "localhost" ? "127.0.0.1" : host;

    private bool Reads(string path) =>
        IsBeneath(Ambient, path) || Covers(analysis.Reads, path) || Covers(analysis.Deletes, path) && Directory.Exists(path) || IsProgram(path) || IsListed(path)
        || (path.StartsWith("/proc/", StringComparison.Ordinal) && path.EndsWith("/cmdline", StringComparison.Ordinal) && analysis.Reads.Contains("/proc"));

    /// <summary>A script is opened by the interpreter that it names.</summary>
    private bool IsProgram(string path) => analysis.Programs.Any(p => Path.GetFileName(p.Name) == Path.GetFileName(path)) && (path.StartsWith("/usr/bin/", StringComparison.Ordinal) || path.StartsWith("/bin/", StringComparison.Ordinal));

    /// <summary>Directories are opened on the way to what lies in them.</summary>
    private bool LiesAbove(string path) => All().Any(p => p == path || p.StartsWith(path == "/" ? path : path + "/", StringComparison.Ordinal) || Covers([p], path));

    /// <summary>A pattern lists the directory it stands in, and every directory that a part of it matches.</summary>
    private bool IsListed(string path) => All().Any(p => p.AsSpan().ContainsAny("*?[") && LiesAbove(p, path));

    private static bool LiesAbove(string pattern, string path)
    {
        string[] parts = pattern.Split('/');
        string[] segments = path == "/" ? [""] : path.Split('/');
        if (segments.Length >= parts.Length)
        {
            return false;
        }

        for (int i = 0; i < segments.Length; i++)
        {
            if (parts[i] != segments[i] && !FileSystemName.MatchesSimpleExpression(Loose(parts[i]), segments[i], ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }

    private IEnumerable<string> All() => analysis.Reads.Concat(analysis.Writes).Concat(analysis.Deletes);

    private static bool IsBeneath(IEnumerable<string> names, string path) => names.Any(n => path == n || path.StartsWith(n + "/", StringComparison.Ordinal));

    private static bool Covers(IEnumerable<string> names, string path)
    {
        foreach (string name in names)
        {
            if (name == "/" || path == name || path.StartsWith(name + "/", StringComparison.Ordinal) || (name.AsSpan().ContainsAny("*?[") && Matches(name, path)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a path, or a directory above it, matches a pattern. No part of a pattern reaches over a slash.</summary>
    private static bool Matches(string pattern, string path)
    {
        string[] parts = pattern.Split('/');
        string[] segments = path.Split('/');
        if (segments.Length < parts.Length)
        {
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] != segments[i] && !FileSystemName.MatchesSimpleExpression(Loose(parts[i]), segments[i], ignoreCase: false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Brackets match any one character here: nothing is lost for telling a miss that matters.</summary>
    private static string Loose(string part) => System.Text.RegularExpressions.Regex.Replace(part, @"\[[^\]]+\]", "?");
}
