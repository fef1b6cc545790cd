using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment.Tests.Escapes;

/// <summary>Compiles the attempts and makes each of them twice, without containment and with it, in a place of its own.</summary>
#pragma warning disable CA1001 // xunit calls DisposeAsync of IAsyncLifetime
public sealed partial class EscapeSuite : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly string _directory = Directory.CreateTempSubdirectory("intentauthz-escapes-").FullName;
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _tcp6 = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _abstractDatagram = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly Dictionary<string, EscapeResult> _results = new(StringComparer.Ordinal);
    private readonly List<Action> _cleanup = [];
    private int _nextKey = 0x1A000000 + ((Environment.ProcessId & 0xFFFF) << 9);

    /// <summary>The attempts that this architecture has, as their sources list them.</summary>
    public static ImmutableArray<EscapeAttempt> Attempts { get; } =
    [
        .. new[] { "reading", "writing", "executing", "processes", "privileges", "network", "sharing", "resources", "outliving" }
            .SelectMany(static f => Listed(File.ReadAllText(Path.Combine(Sources, f + ".c")))),
    ];

    /// <summary>What came of each.</summary>
    public ReadOnlyDictionary<string, EscapeResult> Results => _results.AsReadOnly();

    private static string Sources => Path.Combine(AppContext.BaseDirectory, "Escapes");

    private string Programs => Path.Combine(_directory, "bin");

    private string Program => Path.Combine(Programs, "escapes");

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(Programs);
        string[] sources = ["main", "reading", "writing", "executing", "processes", "privileges", "network", "sharing", "resources", "outliving"];
        await CompileAsync(["-O1", "-o", Program, .. sources.Select(static s => Path.Combine(Sources, s + ".c")), "-lpthread", "-lrt", "-ldl"]);
        await CompileAsync(["-shared", "-fPIC", "-o", Program + ".so", Path.Combine(Sources, "library.c")]);
        Listen();
        Leak();
        await RunPlainAsync(Program, ["prepare-programs", _directory, _directory, "0", "0", "0", "0", "0"], _directory);
        await Parallel.ForEachAsync(Attempts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (attempt, _) =>
        {
            (bool control, string controlSaid) = await TryAsync(attempt, contained: false);
            (bool contained, string containedSaid) = await TryAsync(attempt, contained: true);
            lock (_results)
            {
                _results[attempt.Name] = new EscapeResult(control, controlSaid, contained, containedSaid);
            }
        });
    }

    public async Task DisposeAsync()
    {
        await Task.Delay(2000); // until those that outlived their control have stopped making marks
        _cleanup.ForEach(static c => c());
        foreach (Socket socket in new[] { _tcp, _tcp6, _udp, _abstract, _abstractDatagram })
        {
            socket.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>One attempt in a directory of its own, with a victim of its own.</summary>
    private async Task<(bool Succeeded, string Said)> TryAsync(EscapeAttempt attempt, bool contained)
    {
        string place = Directory.CreateDirectory(Path.Combine(_directory, $"{attempt.Name}{(contained ? "" : ".control")}")).FullName;
        string workspace = Directory.CreateDirectory(Path.Combine(place, "ws")).FullName, outside = Directory.CreateDirectory(Path.Combine(place, "outside")).FullName;
        string key = Interlocked.Increment(ref _nextKey).ToString(System.Globalization.CultureInfo.InvariantCulture);
        using Socket listening = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using Socket datagrams = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        listening.Bind(new UnixDomainSocketEndPoint(Path.Combine(outside, "s")));
        listening.Listen(16);
        datagrams.Bind(new UnixDomainSocketEndPoint(Path.Combine(outside, "d")));
        await RunPlainAsync(Program, [.. Arguments("prepare", "0"), attempt.Category], workspace);
        using Process victim = StartVictim(outside);
        try
        {
            string[] arguments = Arguments(attempt.Name, victim.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
            (int? exit, string said) = contained ? await RunContainedAsync(arguments, workspace) : await RunPlainAsync(Program, arguments, workspace);
            if (!attempt.Outlives)
            {
                return (exit == 0, said);
            }

            File.Delete(Path.Combine(workspace, "mark"));
            await Task.Delay(400);
            return File.Exists(Path.Combine(workspace, "mark")) ? (true, "left running") : (false, exit == 0 ? "ended with it" : said);
        }
        finally
        {
            victim.Kill();
            await victim.WaitForExitAsync();
            if (attempt.Category == "sharing")
            {
                await RunPlainAsync(Program, Arguments("forget", "0"), _directory);
            }
        }

        string[] Arguments(string name, string process) =>
            [name, workspace, outside, process, Port(_tcp), Port(_udp), Port(_tcp6), key];
    }

    private async Task<(int? Exit, string Said)> RunContainedAsync(string[] arguments, string workspace)
    {
        ContainmentBounds bounds = new()
        {
            Reads = SystemPaths.Reads,
            Writes = [workspace],
            Executes = [.. SystemPaths.Executes, Programs],
            Limits = new ContainmentLimits
            {
                Processes = 64,
                MemoryBytes = ContainmentLayers.Current.Has(ContainmentLayer.MemoryGroup) ? 128 << 20 : null, // a host that is not root may have no group
                FileBytes = 16 << 20,
                CpuTime = TimeSpan.FromSeconds(1),
                WallTime = TimeSpan.FromSeconds(3),
                OutputBytes = 1 << 20,
                WorkspaceBytes = 32 << 20,
                WorkspaceEntries = 1000,
            },
        };
        // Half of them in what was made ready before, with a command before them, half in what is made at the time.
        using PreparedStarts starts = new(bounds);
        if (_nextKey % 4 < 2)
        {
            await using ContainedProcess before = (await starts.StartAsync(new ProcessStart("/bin/true"))).Process!;
            while (starts.Ready.Length == 0)
            {
                await Task.Delay(5);
            }
        }

        ContainedProcessStart started = await starts.StartAsync(new ProcessStart(Program) { Arguments = [.. arguments], WorkingDirectory = workspace });
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;
        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        string said = Encoding.UTF8.GetString(outcome.Error.Span[..Math.Min(outcome.Error.Length, 4096)]).Trim().Split('\n')[^1];
        return (outcome.WasKilled ? null : outcome.ExitCode, outcome.LimitReached is { } limit ? $"limit: {limit}" : outcome.Signal is { } signal ? $"signal {signal}" : said);
    }

    private static async Task<(int? Exit, string Said)> RunPlainAsync(string program, string[] arguments, string directory)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = directory, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["INTENTAUTHZ_TEST_SECRET"] = "s3cret-outside";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return (process.ExitCode, (await error).Trim().Split('\n')[^1] is { Length: < 200 } said ? said : "");
    }

    /// <summary>A process with a secret in its environment, its command line, its working directory and behind its descriptor 9.</summary>
    private static Process StartVictim(string directory)
    {
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec 9<secret; echo; read -r _", "sh", "s3cret-outside"]) { WorkingDirectory = directory, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["SECRET"] = "s3cret-outside";
        Process victim = Process.Start(start)!;
        victim.StandardOutput.ReadLine(); // it is ready
        return victim;
    }

    private static async Task CompileAsync(string[] arguments)
    {
        (int? exit, string said) = await RunPlainAsync("cc", arguments, "/");
        Assert.True(exit == 0, $"The attempts could not be compiled: {said}");
    }

    private static string Port(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static IEnumerable<EscapeAttempt> Listed(string source)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            source = OnlyX64().Replace(source, "");
        }

        return Entry().Matches(source).Select(static m => new EscapeAttempt(m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value));
    }

    private void Listen()
    {
        _tcp.Bind(new IPEndPoint(IPAddress.Any, 0));
        _tcp.Listen(512);
        _tcp6.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        _tcp6.Listen(512);
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _abstract.Bind(new UnixDomainSocketEndPoint($"\0intentauthz-{Port(_tcp)}"));
        _abstract.Listen(512);
        _abstractDatagram.Bind(new UnixDomainSocketEndPoint($"\0intentauthz-{Port(_tcp)}-d"));
    }

    /// <summary>Descriptors that are not closed on exec, as a careless host or native library leaves them.</summary>
    private void Leak()
    {
        string directory = Directory.CreateDirectory(Path.Combine(_directory, "leaked")).FullName;
        File.WriteAllText(Path.Combine(directory, "secret"), "s3cret-outside");
        using SafeFileHandle file = File.OpenHandle(Path.Combine(directory, "secret"));
        LeakAs((int)file.DangerousGetHandle(), 77);
        int opened = Open(directory, 0);
        LeakAs(opened, 78);
        _ = Close(opened);
        LeakAs((int)_tcp.Handle, 79);
    }

    private void LeakAs(int descriptor, int number)
    {
        Assert.Equal(number, Duplicate(descriptor, number));
        _cleanup.Add(() => _ = Close(number));
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [GeneratedRegex("""^    \{ "([^"]+)", "([^"]+)", "([^"]+)", \w+ \},""", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex("#ifdef __x86_64__.*?#endif", RegexOptions.Singleline)]
    private static partial Regex OnlyX64();
}
