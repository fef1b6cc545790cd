using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// Makes a revocation take effect in this process, whatever brought it about: the entry first, so that a call that checks from here on is
/// denied; then those that had checked before are stopped; only then is anything waited for, the store and the issuers side by side.
/// </summary>
internal sealed class RevocationStopping(
    RevocationList list,
    TaskTable tasks,
    TaskEnding ending,
    CredentialBroker broker,
    ApprovalRegistry approvals,
    RevocationWriter writer,
    GuardMetrics metrics,
    TaskKeeping? keeping,
    TimeProvider time)
{
    /// <summary>How long an entry is kept where nothing says how long what it revokes could live: the longest life of a task, and of an approval.</summary>
    private static readonly TimeSpan s_longest = TaskRequest.MaxLifetime;

    /// <summary>How long a revocation that has taken effect waits to be told that it is written.</summary>
    private static readonly TimeSpan s_writing = TimeSpan.FromSeconds(1);

    /// <summary>Is told of each revocation that is in the list and has not stopped what runs yet. It does not throw and waits for nothing.</summary>
    internal event Action<RevocationEntry>? Stopping;

    /// <summary>Is told of each revocation after it took effect here: how many calls it cancelled, what unmaking leases leaves, and whether another process made it.</summary>
    internal event Action<RevocationEntry, int, Task<ImmutableArray<ResidualWindow>>, bool>? Stopped;

    /// <summary>Revokes. Everything here is stopped before this first waits.</summary>
    internal ValueTask<RevocationResult> RevokeAsync(
        RevocationTarget target, Principal? by, string reason, RevocationCause cause, Decision decision, long began)
    {
        (RevocationEntry entry, Task<bool> writing) = Begin(target, by, reason, cause, null);
        return StopAsync(entry, writing, decision, began);
    }

    /// <summary>
    /// The first part of revoking: from here on no call starts. It waits for nothing and calls nobody, so that it can be made one step with a note of
    /// it. <see cref="StopAsync"/> has to follow at once: it stops those that had started.
    /// </summary>
    internal (RevocationEntry Entry, Task<bool> Writing) Begin(RevocationTarget target, Principal? by, string reason, RevocationCause cause, IncidentId? incident)
    {
        RevocationEntry entry = new()
        {
            Target = target,
            By = by,
            Reason = reason,
            Cause = cause,
            Incident = incident,
            At = time.GetUtcNow(),
            ExpiresAt = ExpiryOf(target),
        };
        list.Add(entry);
        return (entry, writer.WriteAsync(target, entry)); // on a thread of its own
    }

    /// <summary>The second part of revoking. Everything here is stopped before this first waits.</summary>
    internal async ValueTask<RevocationResult> StopAsync(RevocationEntry entry, Task<bool> writing, Decision decision, long began)
    {
        Stopping?.Invoke(entry);
        (int calls, Task<ImmutableArray<ResidualWindow>> unmaking) = Stop(entry);
        Stopped?.Invoke(entry, calls, unmaking, false);
        metrics.Revoked(entry, time.GetElapsedTime(began), calls);
        ImmutableArray<ResidualWindow> residuals = await unmaking.ConfigureAwait(false);
        return new RevocationResult
        {
            Decision = decision,
            CallsCancelled = calls,
            Residuals = residuals,
            IsDurable = await IsDurableAsync(writing).ConfigureAwait(false),
        };
    }

    /// <summary>What others have revoked, read from the store. Stops what there is of it here; leases are unmade in the background.</summary>
    internal void RevokedElsewhere(RevocationEntry entry)
    {
        if (list.Add(entry))
        {
            Stopping?.Invoke(entry);
            (int calls, Task<ImmutableArray<ResidualWindow>> unmaking) = Stop(entry);
            Stopped?.Invoke(entry, calls, unmaking, true);
            metrics.Cancelled(entry, calls);
        }
    }

    /// <summary>Whether a write ended well, as far as it can be said soon: a store that hangs holds nobody up.</summary>
    internal async ValueTask<bool> IsDurableAsync(Task<bool> writing)
    {
        try
        {
            return await writing.WaitAsync(s_writing, time).ConfigureAwait(false) && writer.IsDurable;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private (int Calls, Task<ImmutableArray<ResidualWindow>> Unmaking) Stop(RevocationEntry entry)
    {
        RevocationTarget target = entry.Target;
        switch (target.Kind)
        {
            case RevocationKind.Tool:
                return (Cancel(target, call => call.Tool.Name == target.Id), s_none);
            case RevocationKind.PolicyVersion:
                return (Cancel(target, call => call.PolicyVersion == target.Id), s_none);
            case RevocationKind.Lease:
                LeaseId lease = new(target.Id);
                int users = Cancel(target, call => call.Credential?.Lease.Id == lease);
                return (users, broker.RevokeLeaseAsync(target.Tenant, lease).AsTask());
            case RevocationKind.Issuer:
                int issued = Cancel(target, call => call.Credential?.Lease.Issuer == target.Id);
                return (issued, broker.RevokeIssuerAsync(target.IsAcrossTenants ? null : target.Tenant, target.Id).AsTask());
            case RevocationKind.TaskHold:
                return Hold(entry);
            case RevocationKind.Approval:
                ApprovalId approval = new(target.Id);
                approvals.Find(target.Tenant, approval)?.TryEnd(ApprovalState.Voided);
                return (Cancel(target, call => call.Approval?.Id == approval), s_none);
            default:
                keeping?.EndRevoked(); // in the background: they do not run
                return EndTasks(entry);
        }
    }

    private static readonly Task<ImmutableArray<ResidualWindow>> s_none = Task.FromResult<ImmutableArray<ResidualWindow>>([]);

    /// <summary>A task that is pending stays so, and does not begin while the hold stands.</summary>
    private (int Calls, Task<ImmutableArray<ResidualWindow>> Unmaking) Hold(RevocationEntry entry) =>
        tasks.Find(entry.Target.Tenant, new TaskId(entry.Target.Id)) is { } task
            ? (Suspend(task, entry, out Task<ImmutableArray<ResidualWindow>> unmaking), unmaking)
            : (0, s_none);

    private int Suspend(AgentTask task, RevocationEntry entry, out Task<ImmutableArray<ResidualWindow>> unmaking)
    {
        unmaking = GatherAsync([ending.SuspendAsync(task, entry.Reason, isByIncident: entry.Incident is not null, out int cancelled).AsTask()]);
        return cancelled;
    }

    private int Cancel(RevocationTarget target, Func<CallContext, bool> matches)
    {
        int cancelled = 0;
        foreach (AgentTask task in tasks.Live)
        {
            if (target.IsAcrossTenants || task.Tenant == target.Tenant)
            {
                cancelled += task.Calls.Cancel(ReasonCodes.Revoked, matches);
            }
        }

        return cancelled;
    }

    private (int Calls, Task<ImmutableArray<ResidualWindow>> Unmaking) EndTasks(RevocationEntry entry)
    {
        int calls = 0;
        List<Task<TaskStop>> stops = [];
        foreach (AgentTask task in tasks.Live)
        {
            if (task.RestsOn.AsSpan().Contains(entry.Target))
            {
                // Each stops its calls before it first waits, so all are stopped before any issuer is waited for.
                stops.Add(ending.EndAsync(task, TaskState.Revoked, entry.Reason, out int cancelled).AsTask());
                calls += cancelled;
            }
        }

        return (calls, GatherAsync(stops));
    }

    private static async Task<ImmutableArray<ResidualWindow>> GatherAsync(List<Task<TaskStop>> stops) =>
        [.. (await Task.WhenAll(stops).ConfigureAwait(false)).SelectMany(static s => s.Residuals)];

    /// <summary>From when on what is revoked could not be valid any more; null for what has no end of its own.</summary>
    private DateTimeOffset? ExpiryOf(RevocationTarget target)
    {
        DateTimeOffset now = time.GetUtcNow();
        return target.Kind switch
        {
            RevocationKind.Task or RevocationKind.TaskHold => tasks.Find(target.Tenant, new TaskId(target.Id))?.ExpiresAt ?? now + s_longest,
            RevocationKind.DelegationLink when keeping is not null => now + s_longest, // a held task may rest on it and live longer
            RevocationKind.DelegationLink => tasks.Live.Where(t => t.RestsOn.AsSpan().Contains(target)).Max(static t => (DateTimeOffset?)t.ExpiresAt) ?? now + s_longest,
            RevocationKind.Lease => broker.Find(target.Tenant, new LeaseId(target.Id))?.HonouredUntil ?? now + CredentialProfile.MaxRenewal,
            RevocationKind.Approval => approvals.Find(target.Tenant, new ApprovalId(target.Id))?.ExpiresAt ?? now + s_longest,
            _ => null,
        };
    }
}
