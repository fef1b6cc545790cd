using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

using Microsoft.Extensions.Time.Testing;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>What ends a contained process: limits, the host, and the end of the program itself.</summary>
[SupportedOSPlatform("linux")]
public sealed class ContainedLimitsTests : IDisposable
{
    private readonly string _workspace = Directory.CreateTempSubdirectory("intentauthz-").FullName;

    public void Dispose() => Directory.Delete(_workspace, recursive: true);

    [Fact]
    public async Task Kill_TreeOfDaemons_LeavesNothingRunning()
    {
        await using ContainedProcess process = await StartAsync("for i in 1 2 3 4 5; do setsid sh -c 'trap \"\" TERM HUP; echo up; sleep 100' & done; wait", new ContainmentLimits());
        while (Running(process.Id) < 1)
        {
            await Task.Delay(5);
        }

        await Task.Delay(100); // its daemons are up
        string group = Namespace(process.Id);
        string[] tree = InNamespace(group);
        Assert.True(tree.Length >= 6, "The daemons did not start.");
        long begun = Stopwatch.GetTimestamp();

        process.Kill();
        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(10));

        TimeSpan took = Stopwatch.GetElapsedTime(begun);
        Assert.True(outcome.WasKilled);
        Assert.Empty(InNamespace(group).Intersect(tree));
        Assert.True(took < TimeSpan.FromSeconds(2), $"Ending the tree took {took.TotalMilliseconds} ms.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Kill_TreeOfProcesses_EndsEveryOne(int size)
    {
        // How long it takes is a figure of the benchmarks: contained-kills.
        await using ContainedProcess process = await StartAsync($"i=1; while [ $i -lt {size} ]; do sleep 1000 & i=$((i+1)); done; sleep 1000", new ContainmentLimits());
        string group = Namespace(process.Id);
        string[] tree = [];
        for (int i = 0; i < 500 && (tree = InNamespace(group)).Length < size + 1; i++) // with the namespace's first
        {
            await Task.Delay(10);
        }

        Assert.True(tree.Length >= size + 1, $"Of {size} processes, {tree.Length} came up.");

        process.Kill();
        await process.Completion.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Empty(InNamespace(group).Intersect(tree));
    }

    [Fact]
    public async Task Completion_ProgramEndsAndLeavesDaemons_EndsThemToo()
    {
        ProcessOutcome outcome = await RunAsync("(sleep 1; echo late > late) & (setsid sh -c 'sleep 1; echo late > late2' &) ; echo done", new ContainmentLimits());
        await Task.Delay(1200);

        Assert.Equal("done\n", Encoding.UTF8.GetString(outcome.Output.Span));
        Assert.Empty(Directory.GetFiles(_workspace));
    }

    [Fact]
    public async Task WallTime_ByTheGivenClock_EndsTheProcess()
    {
        FakeTimeProvider time = new();
        await using ContainedProcess process = await StartAsync("sleep 1000", new ContainmentLimits { WallTime = TimeSpan.FromMinutes(5) }, time);
        Assert.False(process.Completion.IsCompleted);

        time.Advance(TimeSpan.FromMinutes(6));

        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(ProcessLimit.WallTime, outcome.LimitReached);
        Assert.True(outcome.WasKilled);
    }

    [Theory]
    [InlineData("while :; do :; done", ProcessLimit.CpuTime)]
    [InlineData("head -c 9000000 /dev/zero > big; exit $?", ProcessLimit.FileSize)]
    [InlineData("head -c 9000000 /dev/zero", ProcessLimit.Output)]
    [InlineData("head -c 9000000 /dev/zero >&2", ProcessLimit.Output)]
    [InlineData("x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 1", ProcessLimit.Memory)]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do sleep 5 & done; exit 0", ProcessLimit.Processes)]
    [InlineData("i=0; while [ $i -lt 30 ]; do : > f$i; i=$((i+1)); done; sleep 5", ProcessLimit.Workspace)]
    public async Task Limit_Reached_IsNamed(string script, ProcessLimit expected)
    {
        ProcessOutcome outcome = await RunAsync(script, new ContainmentLimits
        {
            // Filling memory up to its limit, where the kernel first tries to free some, takes a slow machine more than a second of its processor.
            CpuTime = TimeSpan.FromSeconds(expected == ProcessLimit.CpuTime ? 1 : 60),
            FileBytes = 1 << 20,
            OutputBytes = 1 << 20,
            MemoryBytes = 64 << 20,
            Processes = 10,
            WorkspaceEntries = 20,
        });

        Assert.Equal(expected, outcome.LimitReached);
        Assert.True(outcome.Output.Length + outcome.Error.Length <= 1 << 20, "More output was kept than the limit allows.");
    }

    [Fact]
    public async Task StandardInput_MoreThanAPipeHolds_IsGivenWhole()
    {
        byte[] input = new byte[3_000_000];
        new Random(7).NextBytes(input);

        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/cat") { StandardInput = input, WorkingDirectory = _workspace }, Bounds(new ContainmentLimits()));
        await using ContainedProcess process = started.Process!;
        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, outcome.ExitCode);
        Assert.True(outcome.Output.Span.SequenceEqual(input), "What came back is not what was given.");
    }

    [Fact]
    public async Task OutputReceived_Throws_EndsTheProcess()
    {
        ContainedProcessStart started = await ContainedProcess.StartAsync(
            new ProcessStart("/bin/sh") { Arguments = ["-c", "echo x; sleep 100"], OutputReceived = static (_, _) => throw new InvalidOperationException("full") },
            Bounds(new ContainmentLimits()));
        await using ContainedProcess process = started.Process!;

        InvalidOperationException fault = await Assert.ThrowsAsync<InvalidOperationException>(() => process.Completion.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("full", fault.Message);
    }

    [Fact]
    public async Task Environment_OfTheProcess_IsWhatWasNamedAndNothingElse()
    {
        ContainmentBounds bounds = Bounds(new ContainmentLimits()) with { Variables = ["GIVEN", "OTHER"] };
        ProcessStart start = new("/usr/bin/env") { WorkingDirectory = _workspace };

        ContainedProcessStart started = await ContainedProcess.StartAsync(start with { Variables = start.Variables.Add("GIVEN", "yes") }, bounds);
        await using ContainedProcess process = started.Process!;
        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        ContainedProcessStart unnamed = await ContainedProcess.StartAsync(start with { Variables = start.Variables.Add("LD_PRELOAD", "x") }, bounds);
        ContainedProcessStart reserved = await ContainedProcess.StartAsync(start with { Variables = start.Variables.Add("PATH", "/x") }, bounds with { Variables = ["PATH"] });

        string[] names = [.. Encoding.UTF8.GetString(outcome.Output.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('=')[0]).Order(StringComparer.Ordinal)];
        Assert.Equal(["GIVEN", "HOME", "PATH", "TMPDIR"], names);
        Assert.Contains("LD_PRELOAD", unnamed.Refusal, StringComparison.Ordinal);
        Assert.Contains("PATH", reserved.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_IsKilled_TakesTheWholeTreeWithIt()
    {
        using Process host = HostProgram.Start("contained", _workspace);
        string group = (await host.StandardOutput.ReadLineAsync())!;
        Assert.StartsWith("pid:", group, StringComparison.Ordinal);
        string[] tree = InNamespace(group);
        Assert.True(tree.Length >= 2, "Nothing ran contained.");

        host.Kill(); // SIGKILL, of the host alone
        await host.WaitForExitAsync();

        // By process and start: the namespace's number is given to the next one at once.
        for (int i = 0; i < 200 && InNamespace(group).Intersect(tree).Any(); i++)
        {
            await Task.Delay(10);
        }

        Assert.Empty(InNamespace(group).Intersect(tree));
    }

    [Fact]
    public async Task StartAsync_HostThatMayNotMakeNamespaces_IsRefusedNamingTheLayer()
    {
        // In a user namespace that allows no other one, and without the capability there.
        const string Forbid = "echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set -sys_admin \"$@\"";
        using Process host = HostProgram.Start("contained", _workspace, "/usr/bin/unshare", "--user", "--map-root-user", "/bin/sh", "-c", Forbid, "sh");
        string said = (await host.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)))!;

        Assert.Contains("PidNamespace is missing", said, StringComparison.Ordinal);
        Assert.Contains("CAP_SYS_ADMIN", said, StringComparison.Ordinal);
    }

    private ContainmentBounds Bounds(ContainmentLimits limits) => new() { Reads = SystemPaths.Reads, Writes = [_workspace], Executes = SystemPaths.Executes, Limits = limits };

    private async Task<ContainedProcess> StartAsync(string script, ContainmentLimits limits, TimeProvider? time = null)
    {
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/sh") { Arguments = ["-c", script], WorkingDirectory = _workspace }, Bounds(limits), time);
        Assert.True(started.IsStarted, started.Refusal);
        return started.Process;
    }

    private async Task<ProcessOutcome> RunAsync(string script, ContainmentLimits limits)
    {
        await using ContainedProcess process = await StartAsync(script, limits);
        return await process.Completion.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static int Running(int process) => Directory.Exists($"/proc/{process}") ? 1 : 0;

    private static string Namespace(int process) => new FileInfo($"/proc/{process}/ns/pid").LinkTarget!;

    /// <summary>The processes that run in a namespace, each with its name and the moment it was started at.</summary>
    private static string[] InNamespace(string name) => [.. Directory.GetDirectories("/proc").Select(d =>
    {
        try
        {
            if (!int.TryParse(Path.GetFileName(d), out int id) || new FileInfo($"{d}/ns/pid").LinkTarget != name)
            {
                return "";
            }

            string stat = File.ReadAllText($"{d}/stat");
            string[] after = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // its state, …; its start is the twentieth
            return after[0] is "Z" or "X" ? "" : $"{stat[..(stat.LastIndexOf(')') + 1)]} since {after[19]}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }).Where(static p => p.Length > 0)];
}
