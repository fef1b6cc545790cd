using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>What is known of programs: which arguments name what they read, write, delete, contact and start.</summary>
internal static class ProgramTable
{
    private static readonly FrozenDictionary<string, ProgramDeclaration> Declared = Declarations();
    private static readonly FrozenDictionary<string, ProgramRule> Written = Rules();

    /// <summary>The names of all programs that are known.</summary>
    public static IEnumerable<string> Names => Declared.Keys.Concat(Written.Keys).Order(StringComparer.Ordinal);

    /// <summary>Reports what a program does when it is called with these arguments.</summary>
    /// <param name="program">The program as it is named: a plain name, or a path.</param>
    /// <param name="arguments">The arguments, without the name.</param>
    /// <param name="moreArguments">Whether arguments follow that are not known before running.</param>
    /// <param name="effects">What is told.</param>
    /// <param name="own">Programs of the host; null for none.</param>
    public static void Tell(ShellWord program, ReadOnlySpan<ShellWord> arguments, bool moreArguments, ProgramEffects effects, ShellPrograms? own = null)
    {
        if (program.Text is not { Length: > 0 } text || (program.IsVague && text != "["))
        {
            effects.Opaque(OpaqueReason.ComputedProgram, "The name of the program is computed.", program);
            return;
        }

        ReadOnlySpan<char> name = PlainName(text);
        if (name.IsEmpty)
        {
            TellScript(program, arguments, moreArguments, effects);
            return;
        }

        if ((own?.Find(name) ?? Find(name)) is { } rule)
        {
            rule.Tell(new ProgramCall(program, name.Length == text.Length ? text : name.ToString(), arguments, moreArguments), effects);
            return;
        }

        effects.Opaque(OpaqueReason.UnknownProgram, $"Nothing is known of the program '{text}'.", program);
    }

    /// <summary>
    /// A program by a path that is none of the system's: code that was not read. Under the name of a known program it may be that program, whose arguments can be
    /// code; the wrappers of builds take their options from the table.
    /// </summary>
    private static void TellScript(ShellWord program, ReadOnlySpan<ShellWord> arguments, bool moreArguments, ProgramEffects effects)
    {
        effects.RunsCode(program);
        string name = program.Text![(program.Text!.LastIndexOf('/') + 1)..];
        if (name is "gradlew" or "mvnw")
        {
            Find(name)!.Tell(new ProgramCall(program, name, arguments, moreArguments), effects);
        }
        else if (Find(name) is not null)
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"'{program.Text}' has the name of a program that is known, and may take code as an argument.", program);
        }
        else
        {
            ProjectWords.TellArguments(arguments, effects);
        }
    }

    /// <summary>The rule of a program, by its plain name.</summary>
    public static ProgramRule? Find(ReadOnlySpan<char> name) =>
        Written.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ProgramRule? rule) ? rule
        : Declared.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out ProgramDeclaration? declaration) ? declaration.Program
        : null;

    /// <summary>The name that a path in a directory of system programs is known by; empty for any other path.</summary>
    private static ReadOnlySpan<char> PlainName(string program)
    {
        int slash = program.LastIndexOf('/');
        return slash < 0 ? program
            : program.AsSpan(0, slash) is "/bin" or "/usr/bin" or "/sbin" or "/usr/sbin" or "/usr/local/bin" or "/usr/local/sbin" ? program.AsSpan(slash + 1)
            : default;
    }

    private static FrozenDictionary<string, ProgramDeclaration> Declarations()
    {
        var all = new Dictionary<string, ProgramDeclaration>(StringComparer.Ordinal);
        foreach (string group in new[]
        {
            FilePrograms.Declarations,
            TextPrograms.Declarations,
            ArchivePrograms.Declarations,
            SystemPrograms.Declarations,
            NetworkPrograms.Declarations,
            LanguagePrograms.Declarations,
            BuildingPrograms.Declarations,
            EditorPrograms.Declarations,
            DatabasePrograms.Declarations,
            RunningPrograms.Declarations,
            GitPrograms.Declarations,
        })
        {
            ProgramDeclarations.Index(group, all.Add);
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Programs whose arguments are a language of their own.</summary>
    private static FrozenDictionary<string, ProgramRule> Rules()
    {
        var shell = new ShellRule();
        var sudo = new SudoRule();
        var awk = new AwkRule();
        var busybox = new BusyboxRule();
        var test = new TestRule();
        var netcat = new NetcatRule();
        var fd = new FdRule();
        var python = new PythonRule();
        var compiler = new CompilerRule();
        return new Dictionary<string, ProgramRule>(StringComparer.Ordinal)
        {
            ["sh"] = shell,
            ["bash"] = shell,
            ["dash"] = shell,
            ["ash"] = shell,
            ["ksh"] = shell,
            ["mksh"] = shell,
            ["zsh"] = shell,
            ["rbash"] = shell,
            ["env"] = new EnvRule(),
            ["sudo"] = sudo,
            ["sudoedit"] = sudo,
            ["doas"] = sudo,
            ["su"] = new SuRule(),
            ["watch"] = new WatchRule(),
            ["flock"] = new FlockRule(),
            ["xargs"] = new XargsRule(),
            ["busybox"] = busybox,
            ["toybox"] = busybox,
            ["test"] = test,
            ["["] = test,
            ["find"] = new FindRule(),
            ["fd"] = fd,
            ["fdfind"] = fd,
            ["dd"] = new DdRule(),
            ["chmod"] = new ChmodRule(),
            ["mktemp"] = new MktempRule(),
            ["tar"] = new TarRule(),
            ["gtar"] = new TarRule(),
            ["sed"] = new SedRule(),
            ["gsed"] = new SedRule(),
            ["awk"] = awk,
            ["mawk"] = awk,
            ["gawk"] = awk,
            ["nawk"] = awk,
            ["original-awk"] = awk,
            ["dpkg"] = new DpkgRule(),
            ["gcc"] = compiler,
            ["g++"] = compiler,
            ["cc"] = compiler,
            ["c++"] = compiler,
            ["clang"] = compiler,
            ["clang++"] = compiler,
            ["python"] = python,
            ["python2"] = python,
            ["python3"] = python,
            ["python3.8"] = python,
            ["python3.9"] = python,
            ["python3.10"] = python,
            ["python3.11"] = python,
            ["python3.12"] = python,
            ["python3.13"] = python,
            ["python3.14"] = python,
            ["pypy"] = python,
            ["pypy3"] = python,
            ["jq"] = new JqRule(),
            ["yq"] = new YqRule(),
            ["curl"] = new CurlRule(),
            ["nc"] = netcat,
            ["netcat"] = netcat,
            ["ncat"] = netcat,
            ["nc.openbsd"] = netcat,
            ["nc.traditional"] = netcat,
            ["scp"] = new RemoteCopyRule(RemoteCopyRule.Scp),
            ["rsync"] = new RemoteCopyRule(RemoteCopyRule.Rsync),
            ["sqlite3"] = new SqliteRule(),
            ["psql"] = new PsqlRule(),
            ["shellcheck"] = new ShellcheckRule(),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
