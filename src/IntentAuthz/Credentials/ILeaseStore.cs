using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// Keeps lease records. What a method has returned for is durable, as far as the store is. Several processes may share one: each holds the
/// leases it added, or took over from a process that has ended. Every call ends, if late and with an exception: one that took leases over and never
/// said so would hold up recovery. Safe for use by many threads.
/// </summary>
public interface ILeaseStore
{
    /// <summary>Whether records outlive the process.</summary>
    bool IsDurable { get; }

    /// <summary>Adds a record, held by this process.</summary>
    /// <param name="lease">The record.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask AddAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Puts a newer record of a lease in place of the one there is; does nothing when there is none.</summary>
    /// <param name="lease">The record.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask UpdateAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Removes the record of a lease that is over.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask RemoveAsync(LeaseId id, CancellationToken cancellationToken);

    /// <summary>Whether there is a record of a lease, whichever process holds it.</summary>
    /// <param name="id">Which.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<bool> ContainsAsync(LeaseId id, CancellationToken cancellationToken);

    /// <summary>
    /// Takes over, for this process, the leases of processes that have ended: of any number of processes that ask, each lease goes to one.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ImmutableArray<Lease>> TakeOverAsync(CancellationToken cancellationToken);

    /// <summary>All records, of all processes; what a tenant has live, or all tenants.</summary>
    /// <param name="tenant">Whose; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ImmutableArray<Lease>> ReadAsync(TenantId? tenant, CancellationToken cancellationToken);
}
