using System.Collections.Immutable;

namespace IntentAuthz.Tests.Credentials;

/// <summary>What outlives a process: the records, who holds them, and which processes have ended.</summary>
internal sealed class LeaseDisk
{
    private readonly Lock _writing = new(); // protects both
    private readonly Dictionary<LeaseId, (Lease Lease, int Process)> _records = [];
    private readonly HashSet<int> _ended = [];

    internal ImmutableArray<Lease> Records
    {
        get
        {
            lock (_writing)
            {
                return [.. _records.Values.Select(static r => r.Lease)];
            }
        }
    }

    /// <summary>The process is gone: it writes nothing any more, and its leases can be taken over.</summary>
    internal void End(int process)
    {
        lock (_writing)
        {
            _ended.Add(process);
        }
    }

    internal T Write<T>(int process, Func<Dictionary<LeaseId, (Lease Lease, int Process)>, HashSet<int>, T> change)
    {
        lock (_writing)
        {
            return _ended.Contains(process) ? throw new IOException("this process has ended") : change(_records, _ended);
        }
    }
}
