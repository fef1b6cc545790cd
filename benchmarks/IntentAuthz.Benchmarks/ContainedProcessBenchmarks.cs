using System.Diagnostics;

using BenchmarkDotNet.Attributes;

using IntentAuthz.Containment;

namespace IntentAuthz.Benchmarks;

/// <summary>Starting <c>/bin/true</c> and waiting for its end, with its output read: plainly, and contained with every layer on.</summary>
[MemoryDiagnoser]
public class ContainedProcessBenchmarks
{
    private string _workspace = "";
    private ContainmentBounds _bounds = null!;
    private ContainmentBounds _limited = null!;
    private ProcessStart _start = null!;

    [GlobalSetup]
    public void Setup()
    {
        _workspace = Directory.CreateTempSubdirectory("intentauthz-").FullName;
        _bounds = new ContainmentBounds { Reads = SystemPaths.Reads, Writes = [_workspace], Executes = SystemPaths.Executes };
        _limited = _bounds with { Limits = new ContainmentLimits { CpuTime = TimeSpan.FromSeconds(10), WallTime = TimeSpan.FromSeconds(10), MemoryBytes = 64 << 20, Processes = 16, FileBytes = 1 << 20 } };
        _start = new ProcessStart("/bin/true") { WorkingDirectory = _workspace };
        _ = ContainmentLayers.Current;
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_workspace, recursive: true);

    [Benchmark(Baseline = true)]
    public async Task Plain()
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/true") { WorkingDirectory = _workspace, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        await error;
    }

    [Benchmark]
    public async Task Contained()
    {
        await using ContainedProcess process = (await ContainedProcess.StartAsync(_start, _bounds)).Process!;
        await process.Completion;
    }

    [Benchmark]
    public async Task ContainedWithLimits()
    {
        await using ContainedProcess process = (await ContainedProcess.StartAsync(_start, _limited)).Process!;
        await process.Completion;
    }
}
