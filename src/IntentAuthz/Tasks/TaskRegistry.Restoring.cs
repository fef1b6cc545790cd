namespace IntentAuthz;

/// <summary>Brings back tasks whose process has ended, where they are kept in a store.</summary>
public sealed partial class TaskRegistry
{
    /// <summary>How tasks stand with the store that keeps them.</summary>
    public TaskStoreStatus GetStoreStatus() => _keeping?.Status ?? new TaskStoreStatus { IsDurable = false, TasksBehind = 0, FailedWrites = 0, LastFault = null };

    /// <summary>
    /// Brings a root task back whose process has ended: with its id, expiry, delegation and state, what it has used of its budgets, its counters,
    /// marks and signals, and its approvals; without leases, sub-tasks, events and the values it has seen. It is decided again whether it may be
    /// opened. A task that was suspended comes back suspended.
    /// </summary>
    /// <param name="id">Which. <see cref="Guard.ReadLiveAsync"/> lists those that are held.</param>
    /// <param name="request">The very request it was opened by: the agent with its groups and attributes, purpose, mandate, lifetime, delegation, the user's request, parameters and proposal.</param>
    /// <param name="by">Who restores it. Never an agent. Policy authorises it as <c>OpenTask</c>.</param>
    /// <param name="cancellationToken">Ends the decision.</param>
    /// <returns>
    /// The task, active, suspended or pending as it was; or why there is none: <see cref="ReasonCodes.WrongState"/> where there is no such task or a
    /// live process runs it, <see cref="ReasonCodes.RequestChanged"/> where it was opened by another request.
    /// </returns>
    public async ValueTask<OpenTaskResult> RestoreAsync(TaskId id, TaskRequest request, Principal by, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(by);
        if (_keeping is null)
        {
            return NotRestored(by, request, id, Decision.Deny(ReasonCodes.WrongState, "Tasks are not kept here; keep them with UseTaskStore(...) or UseSqlite(...)."));
        }

        if ((WhyNoRootTask(request, by) ?? WhyTooLate(request, null) ?? (_revoked.IsKnown ? null : Unknown)) is { } refusal)
        {
            return NotRestored(by, request, id, refusal);
        }

        (Decision decision, Obligations obligations) = await _opening.DecideAsync(request, null, by, cancellationToken).ConfigureAwait(false);
        if (!decision.IsPermitted)
        {
            return NotRestored(by, request, id, decision);
        }

        (MandateProposal? proposal, string? failed) = await _planning.ProposeAsync(request, isRoot: true, cancellationToken).ConfigureAwait(false);
        if (failed is not null)
        {
            return NotRestored(by, request, id, Decision.Deny(ReasonCodes.ProposalFailed, failed));
        }

        TaskRecord? record;
        try
        {
            string digest = _keeping.DigestOf(id, request, proposal);
            record = await _keeping.ClaimAsync(request.Agent.Tenant, id, digest).ConfigureAwait(false);
            if (record is null)
            {
                return NotRestored(by, request, id, await WhyNotClaimedAsync(id, request, digest, cancellationToken).ConfigureAwait(false));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return NotRestored(by, request, id, Decision.Deny(ReasonCodes.TaskStoreUnavailable, $"The store that keeps tasks failed or did not answer in time ({e.GetType().Name})."));
        }

        return await RestoreClaimedAsync(record, request, proposal, by, decision, obligations).ConfigureAwait(false);
    }

    private async ValueTask<OpenTaskResult> RestoreClaimedAsync(
        TaskRecord record, TaskRequest request, MandateProposal? proposal, Principal by, Decision decision, Obligations obligations)
    {
        AgentTask task;
        RestoredTask restored;
        try
        {
            restored = RestoredTask.Read(record);
            if (!obligations.IsCoveredBy(restored.OpeningObligations))
            {
                _keeping!.GiveBack(record.Id);
                return NotRestored(by, request, record.Id, Decision.Deny(
                    ReasonCodes.NotAuthorized, "Today's policies open such a task only with approvals that it was not opened with; open a new one."));
            }

            task = new AgentTask(request, proposal, null, restored.OpenedBy, restored.OpeningObligations, _time, _guardIdentity, _settings, restored);
            Remember(task, null);
            if (restored.HasSeen || restored.Calls.Count > 0)
            {
                task.Values.Forget(); // after the request and the parameters, which are known as ever
            }

            TaskJournal journal = new(task, _keeping!);
            Adopt(task, journal, restored);
            journal.Added(); // from here on it is written, or removed; first of all what became of the calls that were under way
        }
        catch (Exception e)
        {
            _keeping!.GiveBack(record.Id);
            return NotRestored(by, request, record.Id, Decision.Deny(
                ReasonCodes.InternalError, $"What was kept of the task cannot be understood ({e.GetType().Name}: {e.Message})"));
        }

        // Registered first, checked then, as when it was opened.
        _tasks.Add(task);
        if (task.HasEnded || _revoked.CoversTask(task))
        {
            bool expired = task.State == TaskState.Expired;
            await _ending.EndAsync(task, expired ? TaskState.Expired : TaskState.Revoked, "It was over before it could be restored.").ConfigureAwait(false);
            return NotRestored(by, request, record.Id, expired
                ? Decision.Deny(ReasonCodes.TaskExpired, "Its time has run out.")
                : Decision.Deny(ReasonCodes.Revoked, "The task, its agent, its delegation or the tenant is revoked."));
        }

        if (_revoked.Holds(task))
        {
            await _ending.SuspendAsync(task, "It is held.", isByIncident: _revoked.Find(RevocationTarget.TaskHold(task.Tenant, task.Id))?.Incident is not null).ConfigureAwait(false); // it was held while no process ran it
        }

        StartExpiry(task);
        decision = task.State == TaskState.Pending
            ? new Decision(
                DecisionOutcome.RequireApproval, ReasonCodes.ApprovalRequired, "The task waits for its approval, as it did.", decision.DeterminingPolicies, decision.PolicyErrors, task.OpeningApproval)
            : task.State == TaskState.Suspended
                ? new Decision(
                    DecisionOutcome.Permit, ReasonCodes.Permitted, "The task is back, suspended as it was; ResumeAsync lets it run.", decision.DeterminingPolicies, decision.PolicyErrors)
                : decision;
        _audit.Administration(
            by, AdministrativeActions.OpenTask, $"restore {task} for {request.Agent.Id}, {task.State.ToString().ToLowerInvariant()}; mandate: {request.Mandate.Description}", task.Tenant, decision);
        return new OpenTaskResult(decision, task);
    }

    private void Adopt(AgentTask task, TaskJournal journal, RestoredTask restored)
    {
        foreach ((string kind, string name) in restored.Marks)
        {
            journal.HasMark($"{kind}/{name}");
            if (kind == TaskNotes.Lent)
            {
                (string issuer, string profile) = TaskNotes.ReadLent(name);
                task.Leases.NoteLent(issuer, profile);
            }
        }

        task.KeepIn(journal);
        foreach ((string key, CallDigest? digest) in restored.Calls)
        {
            journal.Note(key, null); // in the same write as the standing that has it counted
            if (digest is { } open)
            {
                journal.Note($"{TaskNotes.Open}/{open}", "");
            }
        }

        _approvals.Restore(task, restored, _tools);
    }

    /// <summary>After the task has been written down, or could not be: whether it is open.</summary>
    private async ValueTask<Decision?> WhyNotKeptAsync(AgentTask task)
    {
        bool isKept = await _keeping!.TryAddAsync(task).ConfigureAwait(false);
        if (isKept && !task.HasEnded)
        {
            return null;
        }

        string reason = isKept ? task.WhyNotActive()! : ReasonCodes.TaskStoreUnavailable;
        await _ending.EndAsync(task, TaskState.Failed, "It could not be written to the store that keeps tasks.").ConfigureAwait(false);
        return Decision.Deny(reason, isKept
            ? "The task ended while it was being opened."
            : "The task could not be written to the store that keeps tasks, or not in time, so it was not opened.");
    }

    private async ValueTask<Decision> WhyNotClaimedAsync(TaskId id, TaskRequest request, string digest, CancellationToken cancellationToken) =>
        (await _keeping!.Store.ReadHeldAsync(request.Agent.Tenant, cancellationToken).AsTask().WaitAsync(_keeping.Timeout, _time, cancellationToken).ConfigureAwait(false))
            .Any(r => r.Id == id && r.RequestDigest != digest)
            ? Decision.Deny(ReasonCodes.RequestChanged, $"The task {id} was opened by another request: its agent, purpose, mandate, lifetime, delegation, user's request, parameters or proposal differ.")
            : Decision.Deny(ReasonCodes.WrongState, $"No task {id} of {request.Agent.Tenant} is held: it has ended, or a process runs it.");

    private OpenTaskResult NotRestored(Principal by, TaskRequest request, TaskId id, Decision decision)
    {
        _audit.Administration(by, AdministrativeActions.OpenTask, $"restore {id} ({request.Purpose}) for {request.Agent.Id}", request.Agent.Tenant, decision);
        return new OpenTaskResult(decision, null);
    }
}
