using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text;

namespace IntentAuthz.Containment.Tests.Processes;

/// <summary>What is made ready before serves one command, is as bound as one made at the time, and knows nothing of the command before.</summary>
[SupportedOSPlatform("linux")]
public sealed class PreparedStartsTests : IDisposable
{
    private const int Attempts = 20;

    private readonly string _directory = Directory.CreateTempSubdirectory("intentauthz-").FullName;
    private readonly string _workspace;

    public PreparedStartsTests() => _workspace = Directory.CreateDirectory(Path.Combine(_directory, "ws")).FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task StartAsync_AfterTheFirst_TakesWhatWasMadeReadyAndGivesEachItsOwn()
    {
        using PreparedStarts starts = new(Bounds());
        Assert.Equal("1", await RunAsync(starts, "echo 1"));
        await ReadyAsync(starts);

        Assert.Equal("in", await RunAsync(starts, "cat", "in"));
        await ReadyAsync(starts);
        string[] many = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => RunAsync(starts, $"echo {i}")));

        Assert.Equal(Enumerable.Range(0, 12).Select(static i => $"{i}"), many);
        Assert.True(starts.Taken >= 3, $"Only {starts.Taken} took one that was ready.");
    }

    [Theory]
    [InlineData("processes", "setsid sleep 100 > /dev/null 2>&1 < /dev/null & sleep 0.1", "set -- /proc/[0-9]*; echo $#", "set -- /proc/[0-9]*; echo $#")]
    [InlineData("shared memory", "ipcmk -M 4096", "ipcs -m", "ipcs -m")]
    [InlineData("message queues", "ipcmk -Q", "ipcs -q", "ipcs -q")]
    [InlineData("semaphores", "ipcmk -S 1", "ipcs -s", "ipcs -s")]
    [InlineData("mounts", "mount -t tmpfs none /dev; mkdir /x; : > /dev/x", "cat /proc/self/mountinfo | cut -d ' ' -f 5 | sort; ls /dev", "cat /proc/self/mountinfo | cut -d ' ' -f 5 | sort; ls /dev")]
    [InlineData("limits and mask", "ulimit -n 17; umask 0; ulimit -c unlimited", "ulimit -n; umask; ulimit -c", "ulimit -n; umask; ulimit -c")]
    [InlineData("descriptors", "exec 9</dev/null 8>f", "ls /proc/self/fd", "ls /proc/self/fd")]
    [InlineData("variables and directory", "export LEFT=1; cd /usr", "env | grep -v '^_='; pwd", "env | grep -v '^_='; pwd")]
    [InlineData("keyrings", "python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(248, b\"user\", b\"k\", b\"v\", 1, -3))'", "cat /proc/keys 2>&1 | wc -l", "cat /proc/keys 2>&1 | wc -l")]
    [InlineData("names of the host", "hostname left", "cat /proc/sys/kernel/hostname; uname -n", "cat /proc/sys/kernel/hostname; uname -n")]
    public async Task StartAsync_SecondCommand_SeesNothingThatTheFirstLeft(string what, string leaves, string looks, string looksBefore)
    {
        using PreparedStarts starts = new(Bounds());
        string before = await RunAsync(starts, looksBefore);
        _ = await RunReadyAsync(starts, leaves);

        string after = await RunReadyAsync(starts, looks);

        Assert.True(before == after, $"Of {what}, the second command sees more than there was: {after}; before: {before}");
    }

    [Fact]
    public async Task StartAsync_TwoAtOnce_DoNotSeeEachOther()
    {
        bool wereReady = false;
        for (int attempt = 0; attempt < Attempts && !wereReady; attempt++)
        {
            wereReady = await TwoAtOnceAsync();
        }

        Assert.True(wereReady, "Not once were both taken from what was ready.");
    }

    private async Task<bool> TwoAtOnceAsync()
    {
        string up = Path.Combine(_workspace, "up");
        File.Delete(up);
        using PreparedStarts starts = new(Bounds());
        _ = await RunAsync(starts, "true");
        await ReadyAsync(starts);
        ContainedProcessStart started = await starts.StartAsync(Shell("ipcmk -M 4096 > f; echo up > up; sleep 100") with { WorkingDirectory = _workspace });
        await using ContainedProcess first = started.Process!;
        for (int i = 0; i < 1000 && !File.Exists(up); i++)
        {
            await Task.Delay(5);
        }

        string seen = await RunAsync(starts, "ls /proc > seen; grep -c '^[0-9]' seen; ipcs -m | grep -c 0x; kill -9 -1; echo alive");

        Assert.Equal("3\n0\nalive", seen); // process one, the shell, ls
        Assert.False(first.Completion.IsCompleted, "The other command ended it.");
        return starts.Taken == 2;
    }

    [Fact]
    public async Task StartAsync_GrantReplacedMeanwhile_UsesWhatIsThereNow()
    {
        using PreparedStarts starts = new(Bounds());
        _ = await RunAsync(starts, "true");
        await ReadyAsync(starts);
        Directory.Move(_workspace, _workspace + ".old");
        Directory.CreateDirectory(_workspace);

        _ = await RunAsync(starts, "echo x > file");

        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(_workspace, "file")));
        Assert.Empty(Directory.GetFiles(_workspace + ".old"));
        Assert.Equal(0, starts.Taken);
    }

    [Fact]
    public async Task StartAsync_GrantReplacedByALink_IsRefused()
    {
        using PreparedStarts starts = new(Bounds());
        _ = await RunAsync(starts, "true");
        await ReadyAsync(starts);
        Directory.Delete(_workspace);
        Directory.CreateSymbolicLink(_workspace, Directory.CreateDirectory(Path.Combine(_directory, "elsewhere")).FullName);

        ContainedProcessStart started = await starts.StartAsync(Shell("echo x > file"));

        Assert.False(started.IsStarted);
        Assert.Contains("symbolic link", started.Refusal, StringComparison.Ordinal);
        Directory.Delete(_workspace);
    }

    [Fact]
    public async Task StartAsync_GrantedFileThatCameLater_IsSeen()
    {
        string late = Path.Combine(_directory, "late");
        using PreparedStarts starts = new(Bounds() with { Reads = [.. SystemPaths.Reads, late] });
        Assert.Equal("", await RunAsync(starts, $"cat {late} 2> /dev/null"));
        await ReadyAsync(starts);
        await File.WriteAllTextAsync(late, "late");

        Assert.Equal("late", await RunAsync(starts, $"cat {late}"));
    }

    [Fact]
    public async Task StartAsync_MountedMeanwhile_SeesTheMount()
    {
        string place = Directory.CreateDirectory(Path.Combine(_workspace, "mounted")).FullName;
        using PreparedStarts starts = new(Bounds());
        _ = await RunAsync(starts, "true");
        await ReadyAsync(starts);
        Assert.Equal(0, await HostAsync("mount", "-t", "tmpfs", "none", place));
        try
        {
            _ = await RunAsync(starts, "echo x > mounted/file");

            Assert.True(File.Exists(Path.Combine(place, "file")), "It was written beneath what is mounted.");
            Assert.Equal(0, starts.Taken);
        }
        finally
        {
            starts.Dispose();
            Assert.Equal(0, await HostAsync("umount", place));
        }
    }

    [Fact]
    public async Task Dispose_WithSomeReady_EndsThem()
    {
        PreparedStarts starts = new(Bounds());
        _ = await RunAsync(starts, "true");
        Enclosure[] ready = await ReadyAsync(starts);
        int[] holders = [.. ready.Select(static e => e.Holder)];
        Assert.All(holders, static h => Assert.True(Directory.Exists($"/proc/{h}"), "Nothing waits in it."));

        starts.Dispose();

        await Task.WhenAll(ready.Select(static e => e.Ended)).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(starts.Ready);
        Assert.All(holders, static h => Assert.False(Directory.Exists($"/proc/{h}"), "The first process of what was made ready is left."));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await starts.StartAsync(Shell("true")));
    }

    [Fact]
    public async Task Host_IsKilled_LeavesNothingThatWasReady()
    {
        using Process host = HostProgram.Start("prepared", _workspace);
        int[] holders = [.. (await host.StandardOutput.ReadLineAsync())!.Split(' ').Select(int.Parse)];
        Assert.Equal(2, holders.Length);
        Assert.All(holders, static h => Assert.True(Directory.Exists($"/proc/{h}"), "Nothing waits in it."));

        host.Kill();
        await host.WaitForExitAsync();

        for (int i = 0; i < 500 && holders.Any(IsRunning); i++)
        {
            await Task.Delay(10);
        }

        Assert.DoesNotContain(holders, IsRunning);

        static bool IsRunning(int process) => File.Exists($"/proc/{process}/cmdline") && File.ReadAllText($"/proc/{process}/cmdline").Contains("trap", StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_LimitOfProcesses_IsExact()
    {
        using PreparedStarts starts = new(Bounds() with { Limits = new ContainmentLimits { Processes = 5, MemoryBytes = 64 << 20 } });
        const string Four = "for i in 1 2 3 4; do sleep 0.2 & done; wait; echo four", Five = "for i in 1 2 3 4 5; do sleep 0.2 & done; wait; echo five";
        Assert.Equal("four", await RunAsync(starts, Four));
        await ReadyAsync(starts);

        Assert.Equal("four", await RunAsync(starts, Four));
        Assert.NotEqual("five", await RunAsync(starts, Five));
    }

    [Fact]
    public async Task StartAsync_NullDeviceGrantedByName_CanBeUsed()
    {
        using PreparedStarts starts = new(Bounds() with { Reads = [.. SystemPaths.Reads, "/dev/null"], Writes = [_workspace, "/dev/null"] });

        Assert.Equal("used", await RunAsync(starts, "echo x > /dev/null && cat /dev/null && echo used"));
    }

    private static ProcessStart Shell(string script) => new("/bin/sh") { Arguments = ["-c", script] };

    private static async Task<int> HostAsync(params string[] command)
    {
        using Process process = Process.Start(command[0], command[1..]);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Runs a command in what was ready. What another test mounts meanwhile makes that useless, and then it is run again.</summary>
    private async Task<string> RunReadyAsync(PreparedStarts starts, string command)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            await ReadyAsync(starts);
            int taken = starts.Taken;
            string output = await RunAsync(starts, command);
            if (starts.Taken > taken)
            {
                return output;
            }
        }

        throw new Xunit.Sdk.XunitException("Not once was it taken from what was ready.");
    }

    private static async Task<Enclosure[]> ReadyAsync(PreparedStarts starts)
    {
        for (int i = 0; i < 2000; i++)
        {
            Enclosure[] ready = starts.Ready;
            if (ready.Length == 2 && ready.All(static e => e.Holder > 0))
            {
                return ready;
            }

            await Task.Delay(5);
        }

        throw new TimeoutException("Nothing was made ready.");
    }

    private ContainmentBounds Bounds() => new() { Reads = SystemPaths.Reads, Writes = [_workspace], Executes = SystemPaths.Executes };

    private async Task<string> RunAsync(PreparedStarts starts, string script, string input = "")
    {
        ContainedProcessStart started = await starts.StartAsync(Shell(script) with { WorkingDirectory = _workspace, StandardInput = Encoding.UTF8.GetBytes(input) });
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;
        ProcessOutcome outcome = await process.Completion.WaitAsync(TimeSpan.FromSeconds(20));
        return Encoding.UTF8.GetString(outcome.Output.Span).TrimEnd();
    }
}
