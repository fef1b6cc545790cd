using System.Runtime.Versioning;
using System.Text;

namespace IntentAuthz.Containment.Tests.Processes;

[SupportedOSPlatform("linux")]
public sealed class ContainedProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("intentauthz-").FullName;
    private readonly string _workspace;

    public ContainedProcessTests() => _workspace = Directory.CreateDirectory(Path.Combine(_directory, "ws")).FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Probe_OnThisMachine_NamesEveryLayer()
    {
        ContainmentLayers layers = ContainmentLayers.Probe();

        Assert.True(layers.Has(ContainmentLayer.Landlock), layers.ToString());
        Assert.True(layers.Has(ContainmentLayer.PidNamespace), layers.ToString());
        Assert.True(layers.Has(ContainmentLayer.PrivateProc), layers.ToString());
        Assert.True(layers.Has(ContainmentLayer.NetworkNamespace), layers.ToString());
        Assert.True(layers.Has(ContainmentLayer.MemoryGroup), layers.ToString());
    }

    [Fact]
    public async Task StartAsync_ProgramThatIsGranted_RunsAndIsRead()
    {
        ProcessOutcome outcome = await RunAsync("echo out; echo err >&2; exit 3");

        Assert.Equal("out\n", Text(outcome.Output));
        Assert.Equal("err\n", Text(outcome.Error));
        Assert.Equal(3, outcome.ExitCode);
    }

    [Fact]
    public async Task StartAsync_FileOutside_IsNeitherReadNorWritten()
    {
        string secret = Path.Combine(_directory, "secret");
        await File.WriteAllTextAsync(secret, "s3cret");

        ProcessOutcome outcome = await RunAsync($"cat {secret}; echo x > {secret}; chmod 777 {secret}; echo inside > file; cat file");

        Assert.Equal("inside\n", Text(outcome.Output));
        Assert.Equal("s3cret", await File.ReadAllTextAsync(secret));
        Assert.NotEqual(UnixFileMode.OtherWrite, File.GetUnixFileMode(secret) & UnixFileMode.OtherWrite);
    }

    [Fact]
    public async Task StartAsync_AsRoot_LeavesNoCapabilityAndNoOtherProcessInSight()
    {
        ProcessOutcome outcome = await RunAsync("grep -E '^Cap(Inh|Prm|Eff|Bnd|Amb)|^NoNewPrivs|^Seccomp:' /proc/self/status | cut -f 2");

        string none = "0000000000000000\n";
        Assert.Equal($"{none}{none}{none}{none}{none}1\n2\n", Text(outcome.Output));
    }

    [Fact]
    public async Task StartAsync_PrivateProc_ShowsNeitherTheHostNorTheSystem()
    {
        ProcessOutcome outcome = await RunAsync($"test -e /proc/self/status && echo self; test -e /proc/sys && echo system; test -e /proc/{Environment.ProcessId} && echo host");

        Assert.Equal("self\n", Text(outcome.Output));
    }

    [Fact]
    public async Task StartAsync_ProgramThatIsNotGranted_IsRefused()
    {
        string program = Path.Combine(_workspace, "program");
        File.Copy("/bin/true", program);

        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart(program), Bounds());

        Assert.False(started.IsStarted);
        Assert.Contains("may not be executed", started.Refusal, StringComparison.Ordinal);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private ContainmentBounds Bounds() => new() { Reads = SystemPaths.Reads, Writes = [_workspace], Executes = SystemPaths.Executes };

    private async Task<ProcessOutcome> RunAsync(string script)
    {
        ContainedProcessStart started = await ContainedProcess.StartAsync(new ProcessStart("/bin/sh") { Arguments = ["-c", script], WorkingDirectory = _workspace }, Bounds());
        Assert.True(started.IsStarted, started.Refusal);
        await using ContainedProcess process = started.Process;
        return await process.Completion.WaitAsync(TimeSpan.FromSeconds(20));
    }
}
