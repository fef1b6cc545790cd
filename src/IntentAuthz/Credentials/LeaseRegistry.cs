using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What an operator can do about credentials: those that could not be unmade, and one that somebody saw in use after its end. What lives,
/// <see cref="Guard.ReadLiveAsync"/> says. Safe for use by many threads.
/// </summary>
public sealed class LeaseRegistry
{
    private readonly CredentialBroker _broker;
    private readonly SignalWatch _watch;
    private readonly TaskTable _tasks;
    private readonly AuditTrail _audit;
    private readonly OperatorKey? _operatorKey;

    internal LeaseRegistry(CredentialBroker broker, SignalWatch watch, TaskTable tasks, AuditTrail audit, OperatorKey? operatorKey)
    {
        _broker = broker;
        _watch = watch;
        _tasks = tasks;
        _audit = audit;
        _operatorKey = operatorKey;
    }

    /// <summary>The leases this process has failed to unmake so often that an operator should look, in all tenants. They are tried on all the same.</summary>
    public ImmutableArray<Lease> GetIrrevocable() => [.. _broker.Leases.Where(static l => l.IsIrrevocable)];

    /// <summary>Tries at once to unmake a lease that waits to be tried again.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    /// <returns>Whether nothing is left of it.</returns>
    public ValueTask<bool> RetryAsync(TenantId tenant, LeaseId id) => _broker.RetryAsync(tenant, id);

    /// <summary>
    /// Gives a lease up, for a credential whose back end is gone for good: it is not tried again and its record goes. What may be left of the
    /// credential is nobody's business from here on, so it takes the operator key, and the audit names it.
    /// </summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which; only one that waits to be unmade.</param>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <exception cref="ArgumentException">The reason is empty.</exception>
    public async ValueTask<Decision> AbandonAsync(TenantId tenant, LeaseId id, OperatorKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = _operatorKey?.Matches(key) != true
            ? Decision.Deny(ReasonCodes.NotAuthorized, "The operator key is wrong, or the host has none; set IntentAuthzOptions.OperatorKey.")
            : await _broker.AbandonAsync(tenant, id).ConfigureAwait(false)
                ? new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "By the operator key.")
                : Decision.Deny(ReasonCodes.WrongState, $"There is no lease {id} of {tenant} that waits to be unmade.");
        _audit.Administration(null, "Abandon", $"{id}: {reason}", tenant, decision);
        return decision;
    }

    /// <summary>
    /// Reports that a target service saw a credential in use. After its end that is a signal (<see cref="SignalKind.ShadowPrivilege"/>), raised in
    /// the task it served if that lives. Where it is over, the signal is recorded with whose it was, as long as that is known here, and at most eight times a lease.
    /// </summary>
    /// <param name="tenant">Whose; from what the service knows of the credential, such as a verified token's claims.</param>
    /// <param name="lease">The lease, as the credential names it: a token's <c>jti</c>.</param>
    /// <param name="task">The task it served.</param>
    /// <param name="where">Where it was seen, for people.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>Whether the use was within the lease's life.</returns>
    /// <exception cref="ArgumentException"><paramref name="where"/> is empty.</exception>
    public async ValueTask<bool> ReportUseAsync(
        TenantId tenant, LeaseId lease, TaskId task, string where, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(where);
        if (await _broker.IsInUseAsync(tenant, lease, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        if (_tasks.Find(tenant, task) is { } live)
        {
            _watch.UsedAfterItsEnd(live, lease, where);
        }
        else
        {
            _watch.UsedAfterItsEnd(_tasks.Ended.Find(tenant, task), tenant, task, lease, where);
        }

        return false;
    }
}
