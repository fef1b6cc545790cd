using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Keeps lease records as long as the process lives: a restart forgets them, and finds at the back ends only what those can list.</summary>
internal sealed class InMemoryLeaseStore : ILeaseStore
{
    private readonly ConcurrentDictionary<LeaseId, Lease> _leases = new();

    public bool IsDurable => false;

    public ValueTask AddAsync(Lease lease, CancellationToken cancellationToken)
    {
        _leases[lease.Id] = lease;
        return ValueTask.CompletedTask;
    }

    public ValueTask UpdateAsync(Lease lease, CancellationToken cancellationToken)
    {
        while (_leases.TryGetValue(lease.Id, out Lease? known) && !_leases.TryUpdate(lease.Id, lease, known))
        {
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask RemoveAsync(LeaseId id, CancellationToken cancellationToken)
    {
        _leases.TryRemove(id, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> ContainsAsync(LeaseId id, CancellationToken cancellationToken) => new(_leases.ContainsKey(id));

    public ValueTask<ImmutableArray<Lease>> TakeOverAsync(CancellationToken cancellationToken) => new([]);

    public ValueTask<ImmutableArray<Lease>> ReadAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        new([.. _leases.Values.Where(l => tenant is null || l.Tenant == tenant)]);
}
