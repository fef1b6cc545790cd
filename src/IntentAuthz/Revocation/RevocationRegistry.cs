using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// The one answer to "is this still good?", and the way to make it no. Once a revocation has returned, no new call that rests on what was
/// revoked starts in this process, and those in flight have been cancelled. Safe for use by many threads.
/// </summary>
public sealed class RevocationRegistry
{
    private readonly RevocationList _list;
    private readonly TaskTable _tasks;
    private readonly TaskEnding _ending;
    private readonly CredentialBroker _broker;
    private readonly ApprovalRegistry _approvals;
    private readonly AdministrativeGate _gate;
    private readonly AuditTrail _audit;
    private readonly OperatorKey? _operatorKey;

    internal RevocationRegistry(
        RevocationList list,
        TaskTable tasks,
        TaskEnding ending,
        CredentialBroker broker,
        ApprovalRegistry approvals,
        AdministrativeGate gate,
        AuditTrail audit,
        OperatorKey? operatorKey)
    {
        _list = list;
        _tasks = tasks;
        _ending = ending;
        _broker = broker;
        _approvals = approvals;
        _gate = gate;
        _audit = audit;
        _operatorKey = operatorKey;
    }

    /// <summary>What is revoked at this moment.</summary>
    public ImmutableArray<RevocationEntry> Entries => [.. _list.Entries];

    /// <summary>Whether exactly this is revoked.</summary>
    /// <param name="target">What.</param>
    public bool IsRevoked(RevocationTarget target) => _list.Contains(target);

    /// <summary>Revokes for a named principal whom policy authorises. Where the engine cannot answer, it is done all the same.</summary>
    /// <param name="target">What.</param>
    /// <param name="by">Who; never an agent.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <param name="cancellationToken">Ends the decision, not what follows it.</param>
    public async ValueTask<Decision> RevokeAsync(RevocationTarget target, Principal by, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = await TakingAway.DecideAsync(_gate, by, target, cancellationToken).ConfigureAwait(false);
        if (decision.IsPermitted)
        {
            await ApplyAsync(target, by, reason).ConfigureAwait(false);
        }

        _audit.Administration(by, AdministrativeActions.Revoke, $"{target}: {reason}", target.Tenant, decision);
        return decision;
    }

    /// <summary>Revokes with the operator key, in any tenant or in all. Needs no policy and no healthy engine: this is the kill switch.</summary>
    /// <param name="target">What.</param>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="reason">Why, for the audit.</param>
    public async ValueTask<Decision> RevokeAsync(RevocationTarget target, OperatorKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = CheckKey(key);
        if (decision.IsPermitted)
        {
            await ApplyAsync(target, null, reason).ConfigureAwait(false);
        }

        _audit.Administration(null, AdministrativeActions.Revoke, $"{target}: {reason}", AuditTenant(target), decision);
        return decision;
    }

    /// <summary>Lifts a standing stop, such as that of an agent, a tool or everything. Tasks that it ended stay ended.</summary>
    /// <param name="target">What.</param>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="reason">Why, for the audit.</param>
    public Decision Lift(RevocationTarget target, OperatorKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = CheckKey(key);
        if (decision.IsPermitted && !_list.Remove(target))
        {
            decision = Decision.Deny(ReasonCodes.WrongState, $"{target} is not revoked.");
        }

        _audit.Administration(null, "Lift", $"{target}: {reason}", AuditTenant(target), decision);
        return decision;
    }

    private async ValueTask ApplyAsync(RevocationTarget target, Principal? by, string reason)
    {
        // The entry first: a call that checks from here on is denied. Then those that had checked before are stopped.
        _list.Add(new RevocationEntry
        {
            Target = target,
            By = by,
            Reason = reason,
            Cause = by is null ? RevocationCause.OperatorKey : RevocationCause.Person,
            At = _gate.Time.GetUtcNow(),
        });
        switch (target.Kind)
        {
            case RevocationKind.Tool:
                foreach (AgentTask task in _tasks.Live.Where(t => t.Tenant == target.Tenant))
                {
                    task.Calls.Cancel(ReasonCodes.Revoked, call => call.Tool.Name == target.Id);
                }

                break;
            case RevocationKind.PolicyVersion:
                foreach (AgentTask task in _tasks.Live.Where(t => t.Tenant == target.Tenant))
                {
                    task.Calls.Cancel(ReasonCodes.Revoked, call => call.PolicyVersion == target.Id);
                }

                break;
            case RevocationKind.Lease:
                LeaseId lease = new(target.Id);
                foreach (AgentTask task in _tasks.Live.Where(t => t.Tenant == target.Tenant))
                {
                    task.Calls.Cancel(ReasonCodes.Revoked, call => call.Lease == lease);
                }

                await _broker.RevokeLeaseAsync(target.Tenant, lease).ConfigureAwait(false);
                break;
            case RevocationKind.Issuer:
                foreach (AgentTask task in _tasks.Live.Where(t => t.Tenant == target.Tenant))
                {
                    task.Calls.Cancel(ReasonCodes.Revoked, call => call.Issuer == target.Id);
                }

                await _broker.RevokeIssuerAsync(target.Tenant, target.Id).ConfigureAwait(false);
                break;
            case RevocationKind.Approval:
                ApprovalId approval = new(target.Id);
                _approvals.Find(target.Tenant, approval)?.TryEnd(ApprovalState.Voided);
                foreach (AgentTask task in _tasks.Live.Where(t => t.Tenant == target.Tenant))
                {
                    task.Calls.Cancel(ReasonCodes.Revoked, call => call.Approval == approval);
                }

                break;
            default:
                await EndTasksAsync(reason).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask EndTasksAsync(string reason)
    {
        AgentTask[] covered = [.. _tasks.Live.Where(_list.CoversTask)];
        Task[] ending = new Task[covered.Length];
        for (int i = 0; i < covered.Length; i++)
        {
            // Each stops its calls before it first waits, so all are stopped before any issuer is waited for.
            ending[i] = _ending.EndAsync(covered[i], TaskState.Revoked, reason).AsTask();
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private Decision CheckKey(OperatorKey key) =>
        _operatorKey?.Matches(key) == true
            ? new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "By the operator key.")
            : Decision.Deny(ReasonCodes.NotAuthorized, "The operator key is wrong, or the host has none; set IntentAuthzOptions.OperatorKey.");

    private static TenantId? AuditTenant(RevocationTarget target) => target.Kind == RevocationKind.Everything ? null : target.Tenant;
}
