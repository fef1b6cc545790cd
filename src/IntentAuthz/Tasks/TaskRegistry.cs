using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Opens and ends tasks. Opening is a decision like a tool call, with the opener as principal, <c>IntentAuthz::Action::"OpenTask"</c> as
/// action and the agent as resource. Safe for use by many threads.
/// </summary>
public sealed partial class TaskRegistry
{
    /// <summary>How many tasks can hang one under another.</summary>
    public const int MaxDepth = 16;

    private readonly TaskTable _tasks;
    private readonly TaskEnding _ending;
    private readonly AdministrativeGate _gate;
    private readonly ApprovalRegistry _approvals;
    private readonly RevocationList _revoked;
    private readonly OpeningRules _opening;
    private readonly AuditTrail _audit;
    private readonly MandatePlanning _planning;
    private readonly TaskSettings _settings;
    private readonly TimeProvider _time;
    private readonly GuardIdentity _guardIdentity;
    private readonly ToolCatalog _tools;
    private readonly TaskKeeping? _keeping; // null where tasks live as long as the process

    internal TaskRegistry(
        TaskTable tasks,
        TaskEnding ending,
        AdministrativeGate gate,
        ApprovalRegistry approvals,
        RevocationList revoked,
        OpeningRules opening,
        AuditTrail audit,
        MandatePlanning planning,
        TaskSettings settings,
        TimeProvider time,
        GuardIdentity guardIdentity,
        ToolCatalog tools,
        TaskKeeping? keeping)
    {
        _tools = tools;
        _keeping = keeping;
        _tasks = tasks;
        _ending = ending;
        _gate = gate;
        _approvals = approvals;
        _revoked = revoked;
        _opening = opening;
        _audit = audit;
        _planning = planning;
        _settings = settings;
        _time = time;
        _guardIdentity = guardIdentity;
    }

    /// <summary>How many tasks have not ended.</summary>
    public int LiveCount => _tasks.Count;

    /// <summary>Finds a task that has not ended.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public AgentTask? Find(TenantId tenant, TaskId id) => _tasks.Find(tenant, id);

    /// <summary>Opens a root task.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="openedBy">Who opens it. Never an agent.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <returns>The task, or why there is none. With <c>@approval</c> on the permit the task is pending until <see cref="Activate"/>.</returns>
    public async ValueTask<OpenTaskResult> OpenAsync(TaskRequest request, Principal openedBy, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(openedBy);
        return WhyNoRootTask(request, openedBy) is { } refusal
            ? Refused(openedBy, request, refusal)
            : await OpenAsync(request, null, openedBy, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a sub-task for the agent of a task, or for one it entrusts. It can only narrow what the task may do.</summary>
    /// <param name="parent">The task it is part of. Its agent is the one who asks.</param>
    /// <param name="request">What it is to be. Its delegation and user request are ignored: a sub-task inherits the one and has none of the other.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public async ValueTask<OpenTaskResult> OpenSubTaskAsync(AgentTask parent, TaskRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(parent);
        ArgumentNullException.ThrowIfNull(request);
        Principal agent = Principal.OfAgent(parent.Agent);
        if (IsForeign(parent))
        {
            return Refused(agent, request, Foreign);
        }

        if (parent.WhyNotActive() is { } reason)
        {
            return Refused(agent, request, Decision.Deny(reason, $"The task {parent.Id} does not run, so nothing can be opened under it."));
        }

        if (parent.Depth + 1 >= MaxDepth)
        {
            return Refused(agent, request, Decision.Deny(ReasonCodes.NotAuthorized, $"Tasks hang at most {MaxDepth} deep."));
        }

        return await OpenAsync(request, parent, agent, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Starts a pending task whose opening has been approved.</summary>
    /// <param name="task">The task.</param>
    public Decision Activate(AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        Decision decision;
        if (task.State != TaskState.Pending || task.OpeningApproval is not { } id || _approvals.Find(task.Tenant, id) is not { } request)
        {
            decision = Decision.Deny(ReasonCodes.WrongState, $"The task {task.Id} is {task.State.ToString().ToLowerInvariant()}, not pending.");
        }
        else
        {
            ApprovalState state = _approvals.Current(request);
            decision = state == ApprovalState.Approved && _revoked.Holds(task)
                ? Decision.Deny(ReasonCodes.TaskSuspended, $"The task {task.Id} is held; it can begin once that is lifted.")
                : state == ApprovalState.Approved && request.TryConsume() && !_revoked.CoversTask(task) && TryRun(task)
                ? new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, $"The task {task.Id} was approved and runs.", approval: id)
                : new Decision(
                    state == ApprovalState.Pending ? DecisionOutcome.RequireApproval : DecisionOutcome.Deny,
                    state == ApprovalState.Pending ? ReasonCodes.ApprovalRequired : ReasonCodes.WrongState,
                    $"The approval {id} is {state.ToString().ToLowerInvariant()}.",
                    approval: id);
        }

        if (decision.IsPermitted)
        {
            task.OwnJournal?.Save();
            _audit.TaskMoved(task, TaskState.Active, decision.Explanation);
        }

        return decision;
    }

    /// <summary>Ends a task whose work is done. Returns when its leases are unmade, or are queued to be: the result says which.</summary>
    /// <param name="task">The task.</param>
    public ValueTask<TaskEnd> CompleteAsync(AgentTask task) => EndAsync(task, TaskState.Completed, "The work is done.");

    /// <summary>Ends a task whose work was given up.</summary>
    /// <param name="task">The task.</param>
    /// <param name="reason">Why.</param>
    public ValueTask<TaskEnd> FailAsync(AgentTask task, string reason) => EndAsync(task, TaskState.Failed, reason);

    /// <summary>Suspends a task: its calls stop, its leases are unmade, its sub-tasks end. It acts also when the policy engine is broken.</summary>
    /// <param name="task">The task.</param>
    /// <param name="by">Who; policy authorises it as <c>Revoke</c>.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Ends the decision, not what follows it.</param>
    public async ValueTask<Decision> SuspendAsync(AgentTask task, Principal by, string reason, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        Decision decision = IsForeign(task)
            ? Foreign
            : await TakingAway.DecideAsync(_gate, by, RevocationTarget.Task(task.Tenant, task.Id), cancellationToken).ConfigureAwait(false);
        if (decision.IsPermitted && !await _ending.SuspendAsync(task, reason, isByIncident: false).ConfigureAwait(false) && task.State != TaskState.Suspended)
        {
            decision = Decision.Deny(ReasonCodes.WrongState, $"The task {task.Id} is {task.State.ToString().ToLowerInvariant()}, so there is nothing to suspend; revoke it.");
        }
        else if (decision.IsPermitted && task.OwnJournal is { } journal && !await _keeping!.IsWrittenAsync(journal.WriteAsync().AsTask()).ConfigureAwait(false))
        {
            decision = new Decision(
                DecisionOutcome.Permit, ReasonCodes.Permitted, $"{decision.Explanation} It holds here and is not written down yet: a task that is restored before it is would run.",
                decision.DeterminingPolicies, decision.PolicyErrors);
        }

        _audit.Administration(by, AdministrativeActions.Revoke, $"suspend {task}", task.Tenant, decision);
        return decision;
    }

    /// <summary>Lets a suspended task run again, without the leases it had.</summary>
    /// <param name="task">The task.</param>
    /// <param name="by">Who; never an agent. Policy authorises it as <c>OpenTask</c>.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    public async ValueTask<Decision> ResumeAsync(AgentTask task, Principal by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(by);
        Decision decision;
        if (IsForeign(task))
        {
            decision = Foreign;
        }
        else if (by.Kind == PrincipalKind.Agent)
        {
            decision = Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never resumes a task.");
        }
        else if (!_revoked.IsKnown)
        {
            decision = Unknown;
        }
        else
        {
            (decision, Obligations obligations) = await _gate.DecideAsync(
                AdministrativeGate.EntityOf(by), by.Tenant, AdministrativeActions.OpenTask, task.Tenant, task.Agent.Entity,
                new AdministrativeContext(_time, task), cancellationToken).ConfigureAwait(false);
            if (decision.IsPermitted && !obligations.Approvals.IsEmpty && !CouldApproveAlone(by, task, obligations))
            {
                decision = Decision.Deny(ReasonCodes.NotAuthorized, "Opening such a task needs an approval, so it is resumed by somebody who could give it.");
            }
            else if (decision.IsPermitted && (task.State != TaskState.Suspended || _revoked.CoversTask(task) || _revoked.Holds(task) || !TryRun(task)))
            {
                decision = Decision.Deny(ReasonCodes.WrongState, $"The task {task.Id} is {task.State.ToString().ToLowerInvariant()}, not suspended, or rests on something revoked.");
            }
        }

        if (decision.IsPermitted)
        {
            task.OwnJournal?.Save();
        }

        _audit.Administration(by, AdministrativeActions.OpenTask, $"resume {task}", task.Tenant, decision);
        return decision;
    }

    /// <summary>Lets a task run. A hold that came just before found it not running yet; it is looked for again here, and holds.</summary>
    private bool TryRun(AgentTask task)
    {
        if (!task.TryMove(TaskState.Active))
        {
            return false;
        }

        Interlocked.MemoryBarrier(); // whoever holds adds the entry, then looks at the task
        if (!_revoked.Holds(task))
        {
            return true;
        }

        _ending.SuspendInBackground(task, "It is held.", isByIncident: _revoked.Find(RevocationTarget.TaskHold(task.Tenant, task.Id))?.Incident is not null);
        return false;
    }

    private async ValueTask<OpenTaskResult> OpenAsync(
        TaskRequest request, AgentTask? parent, Principal openedBy, CancellationToken cancellationToken)
    {
        TenantId tenant = request.Agent.Tenant;
        if (WhyTooLate(request, parent) is { } tooLate)
        {
            return Refused(openedBy, request, tooLate);
        }

        if (!_revoked.IsKnown)
        {
            return Refused(openedBy, request, Unknown);
        }

        (Decision decision, Obligations obligations) = await _opening.DecideAsync(request, parent, openedBy, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return Refused(openedBy, request, decision);
        }

        (MandateProposal? proposal, string? failed) = await _planning.ProposeAsync(request, isRoot: parent is null, cancellationToken).ConfigureAwait(false);
        if (failed is not null)
        {
            return Refused(openedBy, request, Decision.Deny(ReasonCodes.ProposalFailed, failed));
        }

        // Again, since the policy engine and the proposer took their time.
        if (WhyTooLate(request, parent) is { } late)
        {
            return Refused(openedBy, request, late);
        }

        bool waits = !obligations.Approvals.IsEmpty;
        AgentTask task = new(request, proposal, parent, openedBy, obligations, _time, _guardIdentity, _settings);
        Remember(task, parent);
        if (parent is null && _keeping is not null)
        {
            task.KeepIn(new TaskJournal(task, _keeping));
        }

        // Registered first, checked then: a revocation either finds the task in the table or is found by this check.
        _tasks.Add(task);
        if ((parent is not null && !parent.TryAdopt(task)) || _revoked.CoversTask(task))
        {
            await _ending.EndAsync(task, TaskState.Revoked, "What the task rests on was revoked before it began.").ConfigureAwait(false);
            return Refused(openedBy, request, Decision.Deny(ReasonCodes.Revoked, "The agent, its delegation, the tenant or the task above is revoked."));
        }

        StartExpiry(task);
        if (waits)
        {
            ApprovalRequest? approval = _approvals.Ask(task, OpeningSubject.Of(task), obligations);
            if (approval is null)
            {
                string? ended = task.HasEnded ? task.WhyNotActive() : null;
                await _ending.EndAsync(task, TaskState.Failed, "No room for another approval request.").ConfigureAwait(false);
                if (ended is not null)
                {
                    return Refused(openedBy, request, Decision.Deny(ended, "The task ended while it was being opened."));
                }

                return Refused(openedBy, request, Decision.Deny(ReasonCodes.ApprovalQuota, "Too many approvals wait already."));
            }

            task.OpeningApproval = approval.Id;
            decision = new Decision(
                DecisionOutcome.RequireApproval, ReasonCodes.ApprovalRequired,
                $"The task waits for {string.Join(", ", approval.Needed)}.", decision.DeterminingPolicies, decision.PolicyErrors, approval.Id);
        }

        if (task.OwnJournal is not null && await WhyNotKeptAsync(task).ConfigureAwait(false) is { } notKept)
        {
            return Refused(openedBy, request, notKept);
        }

        _audit.Administration(openedBy, AdministrativeActions.OpenTask, $"{task} for {request.Agent.Id}; mandate: {request.Mandate.Description}{(proposal is null ? "" : $"; proposed: {proposal.Description}")}", tenant, decision);
        return new OpenTaskResult(decision, task);
    }

    private void StartExpiry(AgentTask task)
    {
        task.ExpiryTimer = _time.CreateTimer(
            static state =>
            {
                (TaskEnding ending, AgentTask expiring) = ((TaskEnding, AgentTask))state!;
                ending.EndInBackground(expiring, TaskState.Expired, "Its time ran out.");
            },
            (_ending, task), Later(task.ExpiresAt - _time.GetUtcNow()), Timeout.InfiniteTimeSpan);
        if (task.HasEnded)
        {
            task.ExpiryTimer.Dispose(); // it ended before there was a timer to stop
        }
    }

    private static Decision? WhyNoRootTask(TaskRequest request, Principal by) =>
        by.Kind == PrincipalKind.Agent
            ? Decision.Deny(ReasonCodes.AgentNotAllowed, "An agent never opens a root task; it opens sub-tasks of the task it works in.")
            : request.UserRequest?.Length > TaskRequest.MaxUserRequest
                ? Decision.Deny(
                    ReasonCodes.InvalidArguments, $"The user request has more than {TaskRequest.MaxUserRequest} characters; hand long content over as parameters or as a tool result.")
                : request.Delegation.User is { } user && user.Tenant != request.Agent.Tenant
                    ? Decision.Deny(ReasonCodes.ForeignTenant, "The user at the root of the delegation is of another tenant than the agent.")
                    : null;

    /// <summary>A task rests on a document that proves the agent and on a delegation; neither begins one after its end.</summary>
    private Decision? WhyTooLate(TaskRequest request, AgentTask? parent)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (request.Agent.Workload is { } workload && now >= workload.ExpiresAt)
        {
            return Decision.Deny(ReasonCodes.IdentityExpired, $"The document that proves {request.Agent.Id} ended at {workload.ExpiresAt:u}; verify a new one and make the identity from it.");
        }

        return (parent?.Delegation ?? request.Delegation).Until is { } until && now >= until
            ? Decision.Deny(ReasonCodes.DelegationEnded, $"The delegation that the task would rest on ended at {until:u}.")
            : null;
    }

    /// <summary>What the task may call the user's own: the request and parameters of a root task. A sub-task's parameters keep the provenance their values have above.</summary>
    private static void Remember(AgentTask task, AgentTask? parent)
    {
        if (parent is not null)
        {
            return;
        }

        if (task.UserRequest is { } text)
        {
            task.Values.SetRequest(text);
        }

        if (task.Parameters is { } parameters)
        {
            task.Values.AddParameters(parameters);
        }
    }

    private static Decision Unknown => Decision.Deny(
        ReasonCodes.RevocationUnknown, "What is revoked is not known: the revocation store has not been read, or not lately enough. Nothing begins until it can be.");

    private static Decision Foreign => Decision.Deny(ReasonCodes.ForeignTask, "The task was not opened here; use the registry of the guard that opened it.");

    private bool IsForeign(AgentTask task) => !ReferenceEquals(task.GuardIdentity, _guardIdentity);

    /// <summary>Whether this one person's yes would be all that opening such a task needs: nobody fills two places, and nobody in the delegation any.</summary>
    private static bool CouldApproveAlone(Principal by, AgentTask task, Obligations obligations) =>
        !task.Delegation.Includes(by) && Quorum.IsMet(obligations.Approvals, [by]);

    private static TimeSpan Later(TimeSpan due) => due > TimeSpan.Zero ? due : TimeSpan.Zero;

    private OpenTaskResult Refused(Principal by, TaskRequest request, Decision decision)
    {
        _audit.Administration(by, AdministrativeActions.OpenTask, $"{request.Purpose} for {request.Agent.Id}", request.Agent.Tenant, decision);
        return new OpenTaskResult(decision, null);
    }

    private async ValueTask<TaskEnd> EndAsync(AgentTask task, TaskState state, string reason)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        if (IsForeign(task))
        {
            return new TaskEnd(Foreign, task.State, []);
        }

        // A task whose time has run out ends as expired, also when its timer, which runs on the other clock, has not fired yet.
        bool outOfTime = task.State == TaskState.Expired;
        TaskStop stop = await _ending.EndAsync(task, outOfTime ? TaskState.Expired : state, reason).ConfigureAwait(false);
        return new TaskEnd(
            !stop.Ended || outOfTime
                ? Decision.Deny(ReasonCodes.WrongState, $"The task {task.Id} has ended already.")
                : new Decision(DecisionOutcome.Permit, ReasonCodes.Permitted, reason),
            task.State,
            stop.Residuals)
        {
            IsDurable = task.OwnJournal is { } journal && await _keeping!.IsWrittenAsync(journal.End()).ConfigureAwait(false),
        };
    }
}
