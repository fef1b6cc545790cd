using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Unmaking by what was revoked: one lease, or what one issuer made. That the issuer issues nothing more is the revocation list's part: the entry stands before this is called.</summary>
internal sealed partial class CredentialBroker
{
    /// <summary>A lease that has not ended, or null.</summary>
    internal Lease? Find(TenantId tenant, LeaseId id) => _leases.TryGetValue(id, out HeldLease? held) && held.Lease.Tenant == tenant ? held.Lease : null;

    /// <summary>Unmakes one lease, and says what is left of it.</summary>
    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeOneAsync(TenantId tenant, LeaseId id)
    {
        if (!_leases.TryGetValue(id, out HeldLease? held) || held.Lease.Tenant != tenant)
        {
            return [];
        }

        Retire(held);
        return [.. await UnmakeAllAsync([held]).ConfigureAwait(false)];
    }

    /// <summary>Unmakes all leases of an issuer, of one tenant or of all.</summary>
    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeIssuerAsync(TenantId? tenant, string issuerName)
    {
        HeldLease[] held = [.. _leases.Values.Where(h => h.Lease.Issuer == issuerName && (tenant is null || h.Lease.Tenant == tenant))];
        foreach (HeldLease lease in held)
        {
            Retire(lease);
        }

        return [.. await UnmakeAllAsync(held).ConfigureAwait(false)];
    }
}
