using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace IntentAuthz.Tests.Credentials;

/// <summary>One process's way to the disk. Fails and hangs on command; what hangs is done when it is let go.</summary>
internal sealed class DiskLeaseStore(LeaseDisk disk, int process) : ILeaseStore
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource?> _broken = new(StringComparer.Ordinal);

    public bool IsDurable => true;

    /// <summary>Makes a step (add, update, remove, take-over, contains) fail.</summary>
    internal void Fail(params ReadOnlySpan<string> steps)
    {
        foreach (string step in steps)
        {
            Break(step, null);
        }
    }

    internal void Hang(string step) => Break(step, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    internal void Mend()
    {
        foreach (string step in _broken.Keys)
        {
            if (_broken.TryRemove(step, out TaskCompletionSource? gate))
            {
                gate?.SetResult();
            }
        }
    }

    public async ValueTask AddAsync(Lease lease, CancellationToken cancellationToken) =>
        await DoAsync("add", (records, _) => records[lease.Id] = (lease, process));

    public async ValueTask UpdateAsync(Lease lease, CancellationToken cancellationToken) =>
        await DoAsync("update", (records, _) => records.ContainsKey(lease.Id) ? records[lease.Id] = (lease, process) : default);

    public async ValueTask RemoveAsync(LeaseId id, CancellationToken cancellationToken) => await DoAsync("remove", (records, _) => records.Remove(id));

    public async ValueTask<bool> ContainsAsync(LeaseId id, CancellationToken cancellationToken) =>
        await DoAsync("contains", (records, _) => records.ContainsKey(id));

    public async ValueTask<ImmutableArray<Lease>> TakeOverAsync(CancellationToken cancellationToken) => await DoAsync("take-over", (records, ended) =>
    {
        ImmutableArray<Lease> left = [.. records.Values.Where(r => ended.Contains(r.Process)).Select(static r => r.Lease)];
        foreach (Lease lease in left)
        {
            records[lease.Id] = (lease, process);
        }

        return left;
    });

    public ValueTask<ImmutableArray<Lease>> ReadAsync(TenantId? tenant, CancellationToken cancellationToken) => new(disk.Records);

    /// <summary>What hung before goes on: no store keeps a call for good.</summary>
    private void Break(string step, TaskCompletionSource? gate)
    {
        if (_broken.TryGetValue(step, out TaskCompletionSource? before))
        {
            before?.TrySetResult();
        }

        _broken[step] = gate;
    }

    private async Task<T> DoAsync<T>(string step, Func<Dictionary<LeaseId, (Lease Lease, int Process)>, HashSet<int>, T> change)
    {
        if (_broken.TryGetValue(step, out TaskCompletionSource? gate))
        {
            await (gate ?? throw new IOException("disk full")).Task;
        }

        return disk.Write(process, change);
    }
}
