using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Beside the steps: what a kept task's call writes down. Before it is dispatched, all that it has taken and that it is under way; as long as that
/// note stands, a restore assumes the worst of it. How it ended is written without being waited for.
/// </summary>
internal sealed partial class CallPipeline
{
    private async ValueTask<GuardResult> RefuseInWritingAsync(CallId id, AgentTask task, ToolCall call, Decision decision)
    {
        GuardResult refused = Refuse(id, task, call, decision);
        if (decision.ReasonCode != ReasonCodes.ForeignTask)
        {
            await task.Journal!.WriteAsync().ConfigureAwait(false);
        }

        return refused;
    }

    /// <summary>
    /// Waits until what the call has taken is durable, checks everything again that could have changed meanwhile, and enters the dispatch: unless the
    /// call is to be denied, or to be decided again.
    /// </summary>
    private async ValueTask<(Decision? Refusal, bool Again, Moment Now)> WriteAndCheckAgainAsync(CallContext context, Standing standing, InFlightCall inFlight)
    {
        AgentTask task = context.Task;
        TaskJournal journal = task.Journal!;
        NoteUnderWay(context, journal);
        bool isWritten = await journal.WriteAsync().ConfigureAwait(false);
        Moment now = Moment.Now(time);
        Decision? refusal = WhyNotNow(context, now);
        if (isWritten && refusal is null && !IsOutdated(context, standing) && inFlight.TryDispatch())
        {
            return (null, false, now);
        }

        // The tool was never entered. What a failed write may have put into the store stays taken here too; what was written is given back.
        bool again = isWritten && refusal is null && inFlight.StopReason is null;
        if (isWritten)
        {
            task.Budget.GiveBack(context.Tool, context.Given, context.Resources);
            rates.GiveBack(task, context.Tool, standing.Obligations.Rates);
            if (again)
            {
                context.Approval?.GiveBack();
            }
        }

        if (!context.Tool.IsIdempotent)
        {
            task.History.Resolve(context.Digest);
        }

        journal.Note(KeyOf(context), null);
        journal.Save();
        return again ? (null, true, now)
            : (refusal ?? (inFlight.StopReason is null ? NotWritten("What the call uses") : Stopped(context, inFlight)), false, now);
    }

    /// <summary>Denies what was about to be dispatched. A call that its caller has cancelled is no denial of the agent's, so it is not counted as one.</summary>
    private async ValueTask<GuardResult> DenyUnderWayAsync(CallContext context, Decision refusal, InFlightCall inFlight, CancellationToken cancellationToken)
    {
        if (inFlight.StopReason == ReasonCodes.CancelledByCaller)
        {
            AuditRecord decided = audit.Decided(context, refusal, time.GetUtcNow());
            await audit.WriteAsync(context, decided, CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await DenyAsync(context, refusal, cancellationToken).ConfigureAwait(false);
    }

    private static void NoteUnderWay(CallContext context, TaskJournal journal)
    {
        // Of a sub-task, which ends with its process, no call can be made again.
        bool canRepeat = !context.Tool.IsIdempotent && context.Task.Parent is null;
        journal.Note(KeyOf(context), canRepeat ? context.Digest.ToString() : "");
        journal.Mark(TaskNotes.Service, context.Tool.Service);
        journal.Mark(TaskNotes.Tool, context.Tool.Name);
        foreach (EntityUid group in context.Tool.ActionGroups)
        {
            journal.Mark(TaskNotes.Group, group.Id);
        }

        int most = Math.Max(TaskHistory.MaxNames, journal.Task.Budget.MostResources ?? 0);
        foreach (string resource in context.ResourceTexts)
        {
            journal.Mark(TaskNotes.Resource, TaskJournal.HashOf(journal.Task.Id, resource), most);
        }
    }

    /// <summary>The call has ended, and everything that follows from it is in the task.</summary>
    private static void NoteEnd(CallContext context)
    {
        if (context.Task.Journal is not { } journal)
        {
            return;
        }

        if (!context.Tool.IsIdempotent && context.Task.Parent is null && context.Task.History.IsRemembered(context.Digest))
        {
            journal.Note($"{TaskNotes.Open}/{context.Digest}", "");
        }

        journal.Note(KeyOf(context), null);
        journal.Save();
    }

    private static string KeyOf(CallContext context) => $"{TaskNotes.Call}/{context.Id}";

    private static Decision NotWritten(string what) => Decision.Deny(
        ReasonCodes.TaskStoreUnavailable, $"{what} could not be written to the store that keeps the task, or not in time, so it does not count. See the log and TaskRegistry.GetStoreStatus().");
}
