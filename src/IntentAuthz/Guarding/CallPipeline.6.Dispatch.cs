namespace IntentAuthz;

/// <summary>
/// Step 6: the last steps, after every wait. The call is registered in flight, then everything that could have changed is checked again, then
/// the tool runs. A revocation either sees the registration and stops the call, or is seen by the check.
/// </summary>
internal sealed partial class CallPipeline
{
    /// <summary>Runs the tool, or denies. Null when policies, the mode, labels or signals have changed since the verdict: then the call is decided again.</summary>
    private async ValueTask<GuardResult?> TryRunAsync(
        CallContext context, Standing standing, Decision permit, ToolDispatch dispatch, Moment? near, CancellationToken cancellationToken)
    {
        AgentTask task = context.Task;
        InFlightCall inFlight = new(context);
        task.Calls.Enter(inFlight);
        try
        {
            if (IsOutdated(context, standing))
            {
                return null;
            }

            Moment now = near is { } held && _isOwnEngine ? held : Moment.Now(time); // another engine's version was the host's code just now
            Decision? refusal = TakeLastSteps(context, standing, inFlight, now, out bool again);
            if (again)
            {
                return null;
            }

            if (refusal is not null)
            {
                return await DenyAsync(context, refusal, cancellationToken).ConfigureAwait(false);
            }

            using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
                static call => ((InFlightCall)call!).Stop(ReasonCodes.CancelledByCaller), inFlight);
            if (task.Journal is not null)
            {
                (refusal, again, now) = await WriteAndCheckAgainAsync(context, standing, inFlight).ConfigureAwait(false);
                if (refusal is not null)
                {
                    return await DenyUnderWayAsync(context, refusal, inFlight, cancellationToken).ConfigureAwait(false);
                }

                if (again)
                {
                    return null;
                }
            }

            Entered(context, now);
            context.Telemetry?.Decided(permit, context.PolicyVersion);
            context.Telemetry?.Entering(task, context.Tool);
            long started = context.Telemetry is null && !context.HasProvenance ? now.Timestamp : time.GetTimestamp();
            ToolResult? result = null;
            Exception? failure = null;
            try
            {
                result = await dispatch(context, inFlight.Token).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                // What a tool throws is a result too: it is judged below like any other, and never reaches the model as it is.
                failure = e;
            }

            GuardResult shown = ConcludeOrWithhold(context, standing, permit, inFlight, result, failure, started);
            if (shown.OutcomeCode == ReasonCodes.CancelledByCaller)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            return shown;
        }
        finally
        {
            task.Calls.Leave(inFlight);
        }
    }

    private static void Entered(CallContext context, Moment now)
    {
        AgentTask task = context.Task;
        task.History.CountCall(now.Timestamp);
        task.History.Reach(context.Tool, context.ResourceTexts);
        ResultObserver.Entering(context);
        if (context.Approval is not null)
        {
            context.Provenance.Endorse(context.Tool.Action.Id, task.Values);
        }
    }

    /// <summary>Whether what the verdict looked at has changed since.</summary>
    private bool IsOutdated(CallContext context, in Standing standing) =>
        context.PolicyVersion != engine.GetVersion(context.Task.Tenant) || standing.Label != context.Task.History.WorstLabel
        || standing.Signals != context.Task.Signals.Raised || standing.Mode != modes.Of(context.Task.Tenant, context.Tool.Name);

    /// <summary>Why the call may not run now, though it was permitted; null when it may.</summary>
    private Decision? WhyNotNow(CallContext context, Moment now)
    {
        AgentTask task = context.Task;
        string? reason = task.WhyNotActive(now);
        if (reason is not null)
        {
            return Decision.Deny(reason, reason == ReasonCodes.Revoked && revoked.FindFor(task) is { } ended
                ? InWords(ended)
                : "The task stopped running while the call was being decided.");
        }

        if (!revoked.IsKnown)
        {
            return UnknownRevocations();
        }

        if (revoked.FindFor(task, context.Tool, context.PolicyVersion, context.Credential) is { } entry)
        {
            return Decision.Deny(ReasonCodes.Revoked, InWords(entry));
        }

        return context.Credential is { IsLive: false }
            ? Decision.Deny(ReasonCodes.Revoked, "The lease of the call's credential ended while the call was being decided.")
            : null;
    }

    /// <summary>
    /// No step here waits: nothing can change between them that stopping the call does not catch. The last, entering the dispatch, comes later
    /// where the task is kept: what was taken has to be written down first.
    /// </summary>
    private Decision? TakeLastSteps(CallContext context, in Standing standing, InFlightCall inFlight, Moment now, out bool again)
    {
        again = false;
        AgentTask task = context.Task;
        if (WhyNotNow(context, now) is { } changed)
        {
            return changed;
        }

        if (task.Journal is { IsFailing: true })
        {
            return NotWritten("What the call uses"); // before anything is taken, so that a full disk uses up no budget and no approval
        }

        if (!rates.TryTake(task, context.Tool, standing.Obligations.Rates))
        {
            return Decision.Deny(
                ReasonCodes.RateExceeded, $"{context.Tool.Action} is called more often than {string.Join(", ", standing.Obligations.Rates)} allows; wait.");
        }

        if (task.Budget.TryReserve(context.Tool, context.Given, context.Resources) is { } spent)
        {
            rates.GiveBack(task, context.Tool, standing.Obligations.Rates);
            return Decision.Deny(ReasonCodes.BudgetExceeded, spent);
        }

        bool isNoted = false;
        if (!context.Tool.IsIdempotent)
        {
            isNoted = task.History.TryStart(context.Digest, allowRepeat: context.Approval is not null);
            again = !isNoted; // an equal call has just started: decided again, this one asks
        }

        bool starts = !again && (context.Approval is not { } approval || TryConsume(approval, out again)) && (task.Journal is not null || inFlight.TryDispatch());
        if (starts)
        {
            return null;
        }

        task.Budget.GiveBack(context.Tool, context.Given, context.Resources);
        rates.GiveBack(task, context.Tool, standing.Obligations.Rates);
        if (isNoted)
        {
            task.History.Resolve(context.Digest); // the tool was never entered
        }

        return again ? null : Stopped(context, inFlight);
    }

    private Decision Stopped(CallContext context, InFlightCall inFlight) => Decision.Deny(
        inFlight.StopReason ?? ReasonCodes.Revoked,
        inFlight.StopReason == ReasonCodes.Revoked && revoked.FindFor(context.Task, context.Tool, context.PolicyVersion, context.Credential) is { } cause
            ? InWords(cause)
            : "The call was stopped just before it started.");

    /// <summary>Uses the approval up. When another call, or its end, was quicker, this one is decided again and asks anew.</summary>
    private bool TryConsume(ApprovalRequest approval, out bool again)
    {
        bool consumed = approvals.Current(approval) == ApprovalState.Approved && approval.TryConsume();
        again = !consumed;
        return consumed;
    }
}
