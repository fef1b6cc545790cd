using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What operators ask of the broker.</summary>
internal sealed partial class CredentialBroker
{
    internal async ValueTask<ImmutableArray<Lease>> ReadAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        // This process knows more of its own leases than their records say.
        ImmutableArray<Lease> recorded = await _store.ReadAsync(tenant, cancellationToken).ConfigureAwait(false);
        return [.. recorded.Select(l => _leases.TryGetValue(l.Id, out HeldLease? held) ? held.Lease : l)];
    }

    /// <summary>A lease this process holds that is not over, or null.</summary>
    internal Lease? Find(TenantId tenant, LeaseId id) => _leases.TryGetValue(id, out HeldLease? held) && held.Lease.Tenant == tenant ? held.Lease : null;

    internal async ValueTask<bool> RetryAsync(TenantId tenant, LeaseId id)
    {
        if (!_leases.TryGetValue(id, out HeldLease? held))
        {
            return true;
        }

        return held.Lease is { State: LeaseState.Revoking } lease && lease.Tenant == tenant && await TryUnmakeAsync(held).ConfigureAwait(false);
    }

    internal async ValueTask<bool> AbandonAsync(TenantId tenant, LeaseId id)
    {
        if (!_leases.TryGetValue(id, out HeldLease? held) || held.Lease.Tenant != tenant || held.Lease.State != LeaseState.Revoking || held.IsBeingMade)
        {
            return false;
        }

        held.IsAbandoned = true;
        await UnmakeAsync(held).ConfigureAwait(false);
        return true;
    }

    /// <summary>Whether a lease is in its life: here by what is known here, elsewhere by its record.</summary>
    internal async ValueTask<bool> IsInUseAsync(TenantId tenant, LeaseId id, CancellationToken cancellationToken) =>
        _leases.TryGetValue(id, out HeldLease? held)
            ? held.Lease.Tenant == tenant && held.Lease.State is LeaseState.Pending or LeaseState.Active
            : await _store.ContainsAsync(id, cancellationToken).ConfigureAwait(false);
}
