using System.Collections.Concurrent;
using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The approval requests of a host. Approving is itself a decision, with the approver as principal: never the agent, nor anyone in its
/// delegation unless policy permits <c>IntentAuthz::Action::"ApproveOwn"</c>. Safe for use by many threads.
/// </summary>
public sealed class ApprovalRegistry
{
    /// <summary>How many settled requests of a task can still be found; a long task asks more than anyone reads again.</summary>
    internal const int KeptSettled = 256;

    private readonly ConcurrentDictionary<ApprovalId, ApprovalRequest> _requests = new();
    private readonly Lock _asking = new(); // makes finding an open request for a call and adding one a single step
    private readonly Dictionary<(TaskId Task, CallDigest Digest), ApprovalRequest> _byCall = []; // guarded by _asking, as are the next two
    private readonly Dictionary<TaskId, List<ApprovalRequest>> _ofTask = [];
    private readonly Dictionary<TenantId, List<ApprovalRequest>> _pendingOf = []; // some may have settled since; looked through when one is added
    private readonly AdministrativeGate _gate;
    private readonly AuditTrail _audit;
    private readonly RevocationList _revoked;
    private readonly ApprovalLimits _limits;
    private readonly GuardMetrics _metrics;
    private readonly TimeProvider _time;

    internal ApprovalRegistry(
        AdministrativeGate gate, AuditTrail audit, RevocationList revoked, ApprovalLimits limits, GuardMetrics metrics, TimeProvider time)
    {
        _metrics = metrics;
        _gate = gate;
        _audit = audit;
        _revoked = revoked;
        _limits = limits;
        _time = time;
    }

    /// <summary>The requests of a tenant that wait for people, oldest first.</summary>
    /// <param name="tenant">Whose.</param>
    public ImmutableArray<ApprovalRequest> GetPending(TenantId tenant) =>
        [.. _requests.Values
            .Where(r => r.Tenant == tenant && Current(r) == ApprovalState.Pending)
            .OrderBy(static r => r.CreatedAt)];

    /// <summary>Finds a request; null when there is none of that id in that tenant.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public ApprovalRequest? Find(TenantId tenant, ApprovalId id) =>
        _requests.TryGetValue(id, out ApprovalRequest? request) && request.Tenant == tenant ? request : null;

    /// <summary>Approves a request. When all who are needed have, the call can be made once.</summary>
    /// <param name="id">Which.</param>
    /// <param name="approver">Who. Never an agent.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <returns>Whether the approval counts, and why not.</returns>
    public ValueTask<Decision> ApproveAsync(ApprovalId id, Principal approver, CancellationToken cancellationToken = default) =>
        AnswerAsync(id, approver, approve: true, cancellationToken);

    /// <summary>Refuses a request. The same call cannot be asked again in its task.</summary>
    /// <param name="id">Which.</param>
    /// <param name="approver">Who. Never an agent.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <returns>Whether the refusal counts, and why not.</returns>
    public ValueTask<Decision> RefuseAsync(ApprovalId id, Principal approver, CancellationToken cancellationToken = default) =>
        AnswerAsync(id, approver, approve: false, cancellationToken);

    /// <summary>Waits until a request is no longer pending, or the time is up, and says where it is.</summary>
    /// <param name="id">Which.</param>
    /// <param name="timeout">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> until the request expires.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentException">There is no such request.</exception>
    public async ValueTask<ApprovalState> WaitAsync(ApprovalId id, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        if (!_requests.TryGetValue(id, out ApprovalRequest? request))
        {
            throw new ArgumentException($"There is no approval request {id}.", nameof(id));
        }

        TimeSpan left = request.ExpiresAt - _time.GetUtcNow();
        try
        {
            TimeSpan wait = timeout < left && timeout != Timeout.InfiniteTimeSpan ? timeout : left;
            await request.Settled.WaitAsync(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The state below says what is known by now.
        }

        return Current(request);
    }

    /// <summary>The request that stands for a call: the open or refused one, or a new one. Null when there is no room for another, or the task has ended.</summary>
    internal ApprovalRequest? Ask(AgentTask task, ApprovalSubject subject, Obligations obligations)
    {
        lock (_asking)
        {
            if (task.HasEnded)
            {
                return null; // EndTask has been here or waits for the lock: what was added now would never be taken out
            }

            if (_byCall.TryGetValue((task.Id, subject.Digest), out ApprovalRequest? known))
            {
                ApprovalState state = Current(known);
                if (state == ApprovalState.Refused)
                {
                    return known;
                }

                if (state is ApprovalState.Pending or ApprovalState.Approved)
                {
                    if (obligations.IsCoveredBy(known.Obligations) && known.Subject.Covers(subject.Provenance))
                    {
                        known.Show(subject);
                        return known;
                    }

                    known.TryEnd(ApprovalState.Voided);
                }
            }

            if (!HasRoom(task))
            {
                return null;
            }

            DateTimeOffset now = _time.GetUtcNow();
            DateTimeOffset expires = now + _limits.Lifetime;
            ApprovalRequest request = new(task, subject, obligations, now, expires < task.ExpiresAt ? expires : task.ExpiresAt);
            _requests[request.Id] = request;
            _byCall[(task.Id, subject.Digest)] = request;
            ListOf(_pendingOf, task.Tenant).Add(request);
            ListOf(_ofTask, task.Id).Add(request);
            ForgetSettled(task);
            task.History.CountApprovalAsked();
            _metrics.Asked(request, _time);
            return request;
        }
    }

    /// <summary>Takes in what was kept of a task's requests. What was asked about a tool that is not here any more, or is described otherwise, asks nothing any more.</summary>
    internal void Restore(AgentTask task, RestoredTask restored, ToolCatalog tools)
    {
        lock (_asking)
        {
            foreach (KeptApproval kept in restored.Approvals.OrderBy(static a => a.CreatedAt))
            {
                ApprovalSubject subject;
                if (kept.Tool is null)
                {
                    subject = OpeningSubject.Of(task);
                }
                else if (tools.TryGet(kept.Tool, out ToolDescriptor? named) && named.Forms.FirstOrDefault(form => form.Digest == kept.ToolDigest) is { } tool)
                {
                    subject = new ApprovalSubject(
                        kept.Digest, tool, [], null, kept.Provenance,
                        $"{task.Agent.Id} wants {tool.Name}, for the task \"{task.Purpose}\". It was asked before the host restarted; with what arguments is shown once the same call is made again.");
                }
                else
                {
                    task.OwnJournal?.Note($"{TaskNotes.Approval}/{kept.Id}", null);
                    continue;
                }

                ApprovalRequest request = new(task, kept, subject, isShown: kept.Tool is null);
                _requests[request.Id] = request;
                _byCall[(task.Id, kept.Digest)] = request;
                ListOf(_pendingOf, task.Tenant).Add(request);
                ListOf(_ofTask, task.Id).Add(request);
            }
        }
    }

    /// <summary>The approved request that stands for a call, if there is one and nothing worse is known of its values than was shown.</summary>
    internal ApprovalRequest? FindApproved(CallContext call)
    {
        ApprovalRequest? request;
        lock (_asking)
        {
            if (!_byCall.TryGetValue((call.Task.Id, call.Digest), out request) || Current(request) != ApprovalState.Approved)
            {
                return null;
            }
        }

        if (request.Subject.Covers(call.Provenance.Arguments))
        {
            return request;
        }

        request.TryEnd(ApprovalState.Voided);
        return null;
    }

    /// <summary>Whether a person has refused this very call in its task.</summary>
    internal bool WasRefused(CallContext call)
    {
        lock (_asking)
        {
            return _byCall.TryGetValue((call.Task.Id, call.Digest), out ApprovalRequest? request) && Current(request) == ApprovalState.Refused;
        }
    }

    /// <summary>How many requests wait for people, over all tenants.</summary>
    internal int CountPending() => _requests.Values.Count(r => Current(r) == ApprovalState.Pending);

    /// <summary>The state of a request now, its expiry and its revocation considered.</summary>
    internal ApprovalState Current(ApprovalRequest request)
    {
        if (request.IsOpen)
        {
            if (_time.GetUtcNow() >= request.ExpiresAt)
            {
                request.TryEnd(ApprovalState.Expired);
            }
            else if (_revoked.Contains(RevocationTarget.Approval(request.Tenant, request.Id)))
            {
                request.TryEnd(ApprovalState.Voided);
            }
        }

        return request.State;
    }

    /// <summary>Ends what is open of a task, and forgets its requests: an ended task asks nothing.</summary>
    internal void EndTask(AgentTask task)
    {
        lock (_asking)
        {
            if (!_ofTask.Remove(task.Id, out List<ApprovalRequest>? requests))
            {
                return;
            }

            foreach (ApprovalRequest request in requests)
            {
                request.TryEnd(ApprovalState.Voided);
                Forget(request);
            }

            Prune(task.Tenant);
        }
    }

    private bool HasRoom(AgentTask task)
    {
        List<ApprovalRequest> pending = Prune(task.Tenant);
        return pending.Count < _limits.OpenPerTenant && pending.Count(r => r.Task == task.Id) < _limits.OpenPerTask;
    }

    private List<ApprovalRequest> Prune(TenantId tenant)
    {
        if (!_pendingOf.TryGetValue(tenant, out List<ApprovalRequest>? pending))
        {
            return [];
        }

        pending.RemoveAll(r => Current(r) != ApprovalState.Pending);
        if (pending.Count == 0)
        {
            _pendingOf.Remove(tenant);
        }

        return pending;
    }

    /// <summary>Lets go of what is over, all at once when it has become much. What was refused stays, since it cannot be asked again.</summary>
    private void ForgetSettled(AgentTask task)
    {
        List<ApprovalRequest> requests = _ofTask[task.Id];
        if (requests.Count <= _limits.OpenPerTask + KeptSettled)
        {
            return;
        }

        requests.RemoveAll(r =>
        {
            bool over = Current(r) is ApprovalState.Consumed or ApprovalState.Expired or ApprovalState.Voided;
            if (over)
            {
                Forget(r);
            }

            return over;
        });
    }

    private void Forget(ApprovalRequest request)
    {
        _requests.TryRemove(request.Id, out _);
        (TaskId, CallDigest) call = (request.Task, request.Subject.Digest);
        if (_byCall.TryGetValue(call, out ApprovalRequest? newest) && ReferenceEquals(newest, request))
        {
            _byCall.Remove(call);
        }
    }

    private static List<ApprovalRequest> ListOf<TKey>(Dictionary<TKey, List<ApprovalRequest>> lists, TKey key)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<ApprovalRequest>? list))
        {
            lists.Add(key, list = []);
        }

        return list;
    }

    private async ValueTask<Decision> AnswerAsync(ApprovalId id, Principal approver, bool approve, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(approver);
        Decision decision = await DecideAsync(id, approver, approve, cancellationToken).ConfigureAwait(false);
        _audit.Administration(approver, approve ? AdministrativeActions.Approve : "Refuse", id.Value, approver.Tenant, decision);
        return decision;
    }

    private async ValueTask<Decision> DecideAsync(ApprovalId id, Principal approver, bool approve, CancellationToken cancellationToken)
    {
        if (Find(approver.Tenant, id) is not { } request)
        {
            return Decision.Deny(ReasonCodes.WrongState, $"There is no open approval request {id} in {approver.Tenant}.");
        }

        if (approver.Kind == PrincipalKind.Agent)
        {
            return Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never approves.");
        }

        // Whoever asked for the task is as much a party to its opening as those it runs on behalf of.
        bool own = request.AgentTask.Delegation.Includes(approver)
            || (request.Subject.Tool is null && request.AgentTask.OpenedBy.Equals(approver));
        (Decision decision, Obligations obligations) = await _gate.DecideAsync(
            AdministrativeGate.EntityOf(approver),
            approver.Tenant,
            own ? AdministrativeActions.ApproveOwn : AdministrativeActions.Approve,
            request.Tenant,
            EntityOf(request),
            new AdministrativeContext(_time, request.AgentTask, approval: ContextOf(request)),
            cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return decision;
        }

        if (!obligations.IsNone)
        {
            return Decision.Deny(ReasonCodes.ConflictingObligations, "The permit for approving carries obligations, which an approval cannot meet; take them off.");
        }

        if (Current(request) is var state && state != ApprovalState.Pending && (approve || state != ApprovalState.Approved))
        {
            return Decision.Deny(ReasonCodes.WrongState, $"The approval request {id} is {state.ToString().ToLowerInvariant()}.");
        }

        if (approve && !request.IsShown)
        {
            return Decision.Deny(ReasonCodes.WrongState, $"What {id} asks was forgotten over a restart and is shown once the agent makes the same call again; only then can anybody say yes.");
        }

        if (request.AgentTask.OwnJournal is { } journal)
        {
            return await AnswerInWritingAsync(request, journal, approver, approve, decision).ConfigureAwait(false);
        }

        return (approve ? request.TryApprove(approver) : request.TryRefuse(approver)) ? decision : DoesNotCount(request, approver);
    }

    private static Decision DoesNotCount(ApprovalRequest request, Principal approver) => Decision.Deny(
        ReasonCodes.NotAuthorized,
        $"The answer of {approver} does not count for {request.Id}: still needed are distinct people for {string.Join(", ", request.Needed)}.");

    /// <summary>A yes is written down before it counts. A no holds at once, and is written down until it is.</summary>
    private static async ValueTask<Decision> AnswerInWritingAsync(ApprovalRequest request, TaskJournal journal, Principal approver, bool approve, Decision permit)
    {
        if (!approve)
        {
            bool refused = request.TryRefuse(approver);
            await journal.WriteAsync().ConfigureAwait(false);
            return refused ? permit : DoesNotCount(request, approver);
        }

        await request.Answering!.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!request.TryNoteApproval(approver, journal))
            {
                return DoesNotCount(request, approver);
            }

            if (await journal.WriteAsync().ConfigureAwait(false))
            {
                return request.TryApprove(approver) ? permit : DoesNotCount(request, approver);
            }

            request.KeepAsItIs();
            return Decision.Deny(ReasonCodes.TaskStoreUnavailable, "The answer could not be written down, so it does not count. Answer again once the store can be written.");
        }
        finally
        {
            request.Answering.Release();
        }
    }

    private static Entity EntityOf(ApprovalRequest request)
    {
        CedarRecord.Builder record = new();
        if (request.Subject.Tool is { } tool)
        {
            record.Add("tool", tool.Name);
            record.Add("action", new CedarEntity(tool.Action));
            record.Add("risk", (long)tool.Risk);
        }

        record.Add("agent", new CedarEntity(request.AgentTask.Agent.Entity.Uid));
        record.Add("purpose", request.Purpose);
        return new Entity(new EntityUid(EntityTypes.Approval, request.Id.Value), record.Build(), []);
    }

    private static CedarRecord ContextOf(ApprovalRequest request)
    {
        CedarRecord.Builder record = new();
        record.Add("roles", CedarSet.Create(request.Needed.Select(static n => (CedarValue)n.Role)));
        return record.Build();
    }
}
