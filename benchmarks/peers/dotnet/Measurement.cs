using System.Diagnostics;

namespace IntentAuthz.Peers;

/// <summary>Measures a peer after having made sure that it decides rightly.</summary>
internal static class Measurement
{
    private const int Batches = 9;

    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(150);

    internal static async Task<Figure> RunAsync(PeerWorld world, Peer peer)
    {
        bool[] decisions = new bool[world.Expected.Length];
        await peer.DecideAsync(decisions);
        if (!decisions.AsSpan().SequenceEqual(world.Expected))
        {
            throw new InvalidOperationException($"{peer.Name} decides otherwise with {world.Count} policies.");
        }

        await RunAsync(peer, decisions, WarmUp);
        double[] times = new double[Batches];
        long bytes = 0;
        for (int i = 0; i < Batches; i++)
        {
            (times[i], bytes) = await RunAsync(peer, decisions, Batch);
        }

        Array.Sort(times);
        return new Figure(peer.Name, peer.Remark, world.Count, times[Batches / 2], bytes);
    }

    private static async Task<(double Nanoseconds, long Bytes)> RunAsync(Peer peer, bool[] decisions, TimeSpan duration)
    {
        long count = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            await peer.DecideAsync(decisions);
            count += decisions.Length;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < duration);

        return (elapsed.TotalNanoseconds / count, (GC.GetAllocatedBytesForCurrentThread() - allocated) / count);
    }
}
