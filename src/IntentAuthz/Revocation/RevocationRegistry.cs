using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// The one answer to "is this still good?", and the way to make it no. Once a revocation has returned, no new call that rests on what was
/// revoked starts in this process, and those in flight have been cancelled; processes that share the store follow when they have read it.
/// Safe for use by many threads.
/// </summary>
public sealed class RevocationRegistry
{
    private readonly RevocationList _list;
    private readonly RevocationKnowledge _knowledge;
    private readonly RevocationStopping _stopping;
    private readonly RevocationWriter _writer;
    private readonly RevocationFeed _feed;
    private readonly AdministrativeGate _gate;
    private readonly AuditTrail _audit;
    private readonly OperatorKey? _operatorKey;

    internal RevocationRegistry(
        RevocationList list,
        RevocationKnowledge knowledge,
        RevocationStopping stopping,
        RevocationWriter writer,
        RevocationFeed feed,
        AdministrativeGate gate,
        AuditTrail audit,
        OperatorKey? operatorKey)
    {
        _list = list;
        _knowledge = knowledge;
        _stopping = stopping;
        _writer = writer;
        _feed = feed;
        _gate = gate;
        _audit = audit;
        _operatorKey = operatorKey;
    }

    /// <summary>What is revoked at this moment, of all tenants.</summary>
    public ImmutableArray<RevocationEntry> Entries => [.. _list.Entries];

    /// <summary>Whether exactly this is revoked. Locks and allocates nothing.</summary>
    /// <param name="target">What.</param>
    public bool IsRevoked(RevocationTarget target) => _list.Contains(target);

    /// <summary>How the registry stands with its store.</summary>
    public RevocationStatus GetStatus() => new()
    {
        IsKnown = _list.IsKnown,
        Age = _knowledge.Age,
        Entries = _list.Count,
        PendingWrites = _writer.PendingCount,
        FailedWrites = _writer.FailedCount,
        FailedReads = _feed.FailedCount,
        LastFault = _writer.LastFault ?? _feed.LastFault,
    };

    /// <summary>Waits until everything in the store has been read once; before that every call is denied.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitUntilKnownAsync(CancellationToken cancellationToken = default) => _feed.WhenKnown.WaitAsync(cancellationToken);

    /// <summary>Revokes for a named principal whom policy authorises. Where the engine cannot answer, it is done all the same.</summary>
    /// <param name="target">What.</param>
    /// <param name="by">Who; never an agent.</param>
    /// <param name="reason">Why, for the audit and for those whose calls are denied.</param>
    /// <param name="cancellationToken">Ends the decision, not what follows it.</param>
    /// <returns>
    /// What it stopped. The store and the issuers were asked side by side; a store that does not answer within a second is written to in the
    /// background, and the result is not durable yet.
    /// </returns>
    public async ValueTask<RevocationResult> RevokeAsync(RevocationTarget target, Principal by, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ThrowIfNothing(target);
        long began = _gate.Time.GetTimestamp();
        Decision decision = await TakingAway.DecideAsync(_gate, by, target, cancellationToken).ConfigureAwait(false);
        ValueTask<RevocationResult> revoking = decision.IsPermitted
            ? _stopping.RevokeAsync(target, by, reason, RevocationCause.Person, decision, began)
            : new ValueTask<RevocationResult>(new RevocationResult { Decision = decision });
        _audit.Administration(by, AdministrativeActions.Revoke, $"{target}: {reason}", target.Tenant, decision);
        return await revoking.ConfigureAwait(false);
    }

    /// <summary>Revokes with the operator key, in any tenant or in all. Needs no policy and no healthy engine: this is the kill switch.</summary>
    /// <param name="target">What.</param>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="reason">Why, for the audit and for those whose calls are denied.</param>
    /// <returns>What it stopped, as above.</returns>
    public async ValueTask<RevocationResult> RevokeAsync(RevocationTarget target, OperatorKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        ThrowIfNothing(target);
        long began = _gate.Time.GetTimestamp();
        Decision decision = CheckKey(key);
        ValueTask<RevocationResult> revoking = decision.IsPermitted
            ? _stopping.RevokeAsync(target, null, reason, RevocationCause.OperatorKey, decision, began)
            : new ValueTask<RevocationResult>(new RevocationResult { Decision = decision });
        _audit.Administration(null, AdministrativeActions.Revoke, $"{target}: {reason}", AuditTenant(target), decision);
        return await revoking.ConfigureAwait(false);
    }

    /// <summary>Lifts a standing stop, such as that of an agent, a tool or everything. Tasks that it ended stay ended.</summary>
    /// <param name="target">What.</param>
    /// <param name="key">The key the host was configured with.</param>
    /// <param name="reason">Why, for the audit.</param>
    /// <returns>Whether it was lifted. It holds here at once; until it is durable, a process that starts revokes again what was lifted.</returns>
    public async ValueTask<RevocationResult> LiftAsync(RevocationTarget target, OperatorKey key, string reason)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = CheckKey(key);
        if (decision.IsPermitted && !_list.Remove(target))
        {
            decision = Decision.Deny(ReasonCodes.WrongState, $"{target} is not revoked.");
        }

        _audit.Administration(null, "Lift", $"{target}: {reason}", AuditTenant(target), decision);
        return new RevocationResult
        {
            Decision = decision,
            IsDurable = decision.IsPermitted && await _stopping.IsDurableAsync(_writer.WriteAsync(target, null)).ConfigureAwait(false),
        };
    }

    /// <summary>Lifts for one whom policy has let, at once, where the stop that stands is one of those that may be lifted.</summary>
    /// <returns>The writing of it down; null where nothing was lifted.</returns>
    internal Task<bool>? LiftDecided(RevocationTarget target, Func<RevocationEntry, bool> mayLift) => _list.RemoveIf(target, mayLift) ? _writer.WriteAsync(target, null) : null;

    internal Decision Check(OperatorKey key) => CheckKey(key);

    private static void ThrowIfNothing(RevocationTarget target)
    {
        if (target.Id is null)
        {
            throw new ArgumentException("The target is default(RevocationTarget), which is nothing; make one by RevocationTarget.Task(...) and its like.", nameof(target));
        }
    }

    private Decision CheckKey(OperatorKey key) =>
        _operatorKey?.Matches(key) == true
            ? new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, "By the operator key.")
            : Decision.Deny(ReasonCodes.NotAuthorized, "The operator key is wrong, or the host has none; set IntentAuthzOptions.OperatorKey.");

    private static TenantId? AuditTenant(RevocationTarget target) => target.IsAcrossTenants ? null : target.Tenant;
}
