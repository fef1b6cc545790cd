using System.Diagnostics;

namespace IntentAuthz.Benchmarks;

/// <summary>What many live leases cost: memory, ending one task among them, and their expiry.</summary>
internal static class LeaseReport
{
    internal static async Task WriteAsync(TextWriter output, int leases)
    {
        const int each = 10;
        await using LeaseLoad load = new(TimeSpan.FromHours(1));
        await load.OpenAsync(leases / each);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Stopwatch issuing = Stopwatch.StartNew();
        await load.IssueAsync(each);
        output.WriteLine($"issued {leases} leases in {issuing.Elapsed.TotalSeconds:F1} s");
        output.WriteLine($"memory: {(GC.GetTotalMemory(forceFullCollection: true) - before) / leases} B a lease");

        List<double> times = [];
        foreach (AgentTask task in load.Tasks.Take(500))
        {
            long started = Stopwatch.GetTimestamp();
            await load.Broker.RevokeTasksAsync([task]);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        times.Sort();
        output.WriteLine($"revoke a task of {each} leases: median {times[times.Count / 2]:F0} µs, 99th percentile {times[times.Count * 99 / 100]:F0} µs");

        await ReportExpiryAsync(output, leases, each);
    }

    /// <summary>All expire at the rate at which they were made; what is measured is the processor time from the first expiry to the last unmaking.</summary>
    private static async Task ReportExpiryAsync(TextWriter output, int leases, int each)
    {
        TimeSpan lifetime = TimeSpan.FromSeconds(60);
        await using LeaseLoad load = new(lifetime);
        await load.OpenAsync(leases / each);
        Stopwatch clock = Stopwatch.StartNew();
        await load.IssueAsync(each);
        TimeSpan issued = clock.Elapsed;
        await Task.Delay(lifetime - issued - TimeSpan.FromSeconds(10));
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(5));
        output.WriteLine($"{leases} leases at rest, none due: {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / 5:F2} ms of processor time a second");
        cpu = Process.GetCurrentProcess().TotalProcessorTime;
        while (load.Broker.Leases.Any())
        {
            await Task.Delay(100);
        }

        TimeSpan used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        output.WriteLine($"expiring and unmaking: {used.TotalMicroseconds / leases:F1} µs of processor time a lease, over about {issued.TotalSeconds:F1} s");
    }
}
