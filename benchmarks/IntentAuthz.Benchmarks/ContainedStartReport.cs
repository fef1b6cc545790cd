using System.Diagnostics;

using IntentAuthz.Containment;

namespace IntentAuthz.Benchmarks;

/// <summary>
/// How long <c>/bin/true</c> takes from the call to the end of all it started, its output read: plainly, and contained with every layer on. All ways
/// in turns within one run, once one start after another, once with pauses as between an agent's commands.
/// </summary>
internal static class ContainedStartReport
{
    private const int Rounds = 20;

    internal static async Task WriteAsync(TextWriter output)
    {
        string workspace = Directory.CreateTempSubdirectory("intentauthz-").FullName;
        ContainmentBounds bounds = new() { Reads = SystemPaths.Reads, Writes = [workspace], Executes = SystemPaths.Executes };
        ContainmentBounds limited = bounds with
        {
            Limits = new ContainmentLimits { CpuTime = TimeSpan.FromSeconds(10), WallTime = TimeSpan.FromSeconds(10), MemoryBytes = ContainmentLayers.Current.Has(ContainmentLayer.MemoryGroup) ? 64 << 20 : null, Processes = 16, FileBytes = 1 << 20 },
        };
        ProcessStart start = new("/bin/true") { WorkingDirectory = workspace };
        using PreparedStarts prepared = new(bounds), preparedLimited = new(limited);
        (string Name, Func<Task> Run)[] ways =
        [
            ("plain `Process.Start`", () => PlainAsync(workspace)),
            ("contained, made ready before", () => ContainedAsync(prepared.StartAsync(start))),
            ("the same, with limits", () => ContainedAsync(preparedLimited.StartAsync(start))),
            ("contained, nothing made ready", () => ContainedAsync(ContainedProcess.StartAsync(start, bounds))),
            ("the same, with limits", () => ContainedAsync(ContainedProcess.StartAsync(start, limited))),
        ];
        await WriteAsync(output, "One after another", ways, starts: 25, TimeSpan.Zero);
        await WriteAsync(output, "With 20 ms between two", ways, starts: 10, TimeSpan.FromMilliseconds(20));
        output.WriteLine($"Of {(Rounds + 2) * 35} starts, {prepared.Taken} and, with limits, {preparedLimited.Taken} took one that was ready.");
        Directory.Delete(workspace, recursive: true);
    }

    /// <summary>How long ending a tree takes, from the call until nothing of it is left.</summary>
    internal static async Task WriteKillsAsync(TextWriter output)
    {
        output.WriteLine("| processes | median | 99 % | most |\n|---:|---:|---:|---:|");
        foreach (int size in new[] { 1, 10, 100 })
        {
            List<double> times = [];
            for (int round = 0; round < 50; round++)
            {
                ContainmentBounds bounds = new() { Reads = SystemPaths.Reads, Executes = SystemPaths.Executes };
                string script = $"i=1; while [ $i -lt {size} ]; do sleep 1000 & i=$((i+1)); done; echo up; read -r x; sleep 1000";
                using SemaphoreSlim up = new(0);
                ContainedProcessStart started = await ContainedProcess.StartAsync(
                    new ProcessStart("/bin/sh") { Arguments = ["-c", script], OutputReceived = (_, _) => up.Release() }, bounds);
                await using ContainedProcess process = started.Process ?? throw new InvalidOperationException(started.Refusal);
                await up.WaitAsync();
                await Task.Delay(50); // each has become its program
                long begun = Stopwatch.GetTimestamp();
                process.Kill();
                await process.Completion;
                times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            }

            times.Sort();
            output.WriteLine($"| {size} | {times[25]:0.0} ms | {times[49 * 99 / 100]:0.0} ms | {times[^1]:0.0} ms |");
        }
    }

    private static async Task WriteAsync(TextWriter output, string title, (string Name, Func<Task> Run)[] ways, int starts, TimeSpan pause)
    {
        List<double>[] times = [.. ways.Select(static _ => new List<double>())];
        for (int round = -2; round < Rounds; round++)
        {
            for (int way = 0; way < ways.Length; way++)
            {
                for (int i = 0; i < starts; i++)
                {
                    if (pause > TimeSpan.Zero)
                    {
                        await Task.Delay(pause);
                    }

                    long begun = Stopwatch.GetTimestamp();
                    await ways[way].Run();
                    if (round >= 0)
                    {
                        times[way].Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                    }
                }
            }
        }

        output.WriteLine($"{title}, {times[0].Count} starts each:\n\n| milliseconds | mean | ratio | median | ratio | 95 % | 99 % |\n|---|---:|---:|---:|---:|---:|---:|");
        double mean = times[0].Average(), median = times[0].Order().ElementAt(times[0].Count / 2);
        for (int way = 0; way < ways.Length; way++)
        {
            List<double> sorted = [.. times[way].Order()];
            output.WriteLine(
                $"| {ways[way].Name} | {sorted.Average():0.00} | {sorted.Average() / mean:0.00} | {sorted[sorted.Count / 2]:0.00} | {sorted[sorted.Count / 2] / median:0.00} | {sorted[sorted.Count * 95 / 100]:0.00} | {sorted[sorted.Count * 99 / 100]:0.00} |");
        }

        output.WriteLine();
    }

    private static async Task PlainAsync(string workspace)
    {
        using Process process = Process.Start(new ProcessStartInfo("/bin/true") { WorkingDirectory = workspace, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        await output;
        await error;
    }

    private static async Task ContainedAsync(ValueTask<ContainedProcessStart> start)
    {
        ContainedProcessStart started = await start;
        await using ContainedProcess process = started.Process ?? throw new InvalidOperationException(started.Refusal);
        await process.Completion;
    }
}
