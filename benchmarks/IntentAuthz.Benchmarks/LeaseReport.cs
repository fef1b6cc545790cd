using System.Diagnostics;

namespace IntentAuthz.Benchmarks;

/// <summary>What many live leases cost: memory, ending one task among them, and their expiry.</summary>
internal static class LeaseReport
{
    internal static async Task WriteAsync(TextWriter output, int leases)
    {
        const int each = 10;
        await using LeaseLoad load = new();
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

        LeaseExpiry expiry = new(static _ => { }, TimeProvider.System);
        HeldLease[] held = [.. load.Tasks.SelectMany(static t => t.Leases.All.ToArray())];
        long start = Stopwatch.GetTimestamp();
        foreach (HeldLease lease in held)
        {
            expiry.Add(lease, long.MaxValue - 1);
        }

        TimeSpan adding = Stopwatch.GetElapsedTime(start);
        TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(10));
        output.WriteLine($"queueing for expiry: {adding.TotalNanoseconds / held.Length:F0} ns a lease");
        output.WriteLine($"at rest, none due: {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds / 10:F2} ms of processor time a second");
        expiry.Dispose();
    }
}
