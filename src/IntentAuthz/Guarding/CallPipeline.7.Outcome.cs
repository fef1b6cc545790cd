namespace IntentAuthz;

/// <summary>Step 7: how the call ended. The result is observed, scrubbed and redacted before anybody sees it, and the outcome is recorded.</summary>
internal sealed partial class CallPipeline
{
    private GuardResult ConcludeOrWithhold(
        CallContext context, in Standing standing, Decision permit, InFlightCall inFlight, ToolResult? returned, Exception? failure, long started)
    {
        try
        {
            TimeSpan duration = time.GetElapsedTime(started);
            GuardResult ended = Conclude(context, standing, permit, inFlight, returned, failure, duration);
            context.Telemetry?.Ended(context.Tool, ended.OutcomeCode, duration);
            return ended;
        }
        catch (Exception e)
        {
            // The tool ran, so a fault from here on is no denial: what it returned is withheld, and how it ended counts as unknown.
            LogFault(e, context.Id);
            context.Task.History.Reached(Label.Worst);
            ending.SuspendInBackground(context.Task, "A fault after a tool had run; its outcome is not recorded.", isByIncident: false);
            return new GuardResult(context.Id, permit, ReasonCodes.ResultWithheld);
        }
    }

    private GuardResult Conclude(
        CallContext context, in Standing standing, Decision permit, InFlightCall inFlight, ToolResult? returned, Exception? failure, TimeSpan duration)
    {
        Label label = Label.Worst;
        ToolResult? shown = null;
        string code;
        string explanation;
        string? failureMessage = null;
        if (inFlight.StopReason is { } stopped)
        {
            // Whatever the tool still returned, the authority to show it is gone.
            code = stopped == ReasonCodes.CancelledByCaller ? stopped : ReasonCodes.CancelledByRevocation;
            explanation = $"The call was stopped while it ran ({stopped}).";
        }
        else if (failure is not null)
        {
            code = ReasonCodes.ToolFailed;
            explanation = $"The tool threw {failure.GetType().Name}.";
            failureMessage = scrubber.Scrub(failure.Message, out _);
            LogToolFailed(context.Tool.Name, context.Id, failure.GetType().Name);
        }
        else
        {
            shown = Observe(context, standing, returned ?? ToolResult.None, ref label);
            code = shown is null ? ReasonCodes.ResultWithheld : ReasonCodes.Completed;
            explanation = shown is null
                ? "The tool ran, but its result is too large, or what must be taken out of it could not be."
                : "The tool returned.";
        }

        if (shown is null)
        {
            context.Task.History.Reached(Label.Worst);
        }
        else if (!context.Tool.IsIdempotent)
        {
            context.Task.History.Resolve(context.Digest);
        }

        if (!audit.Ended(context, code, explanation, shown, label, duration))
        {
            LogOutcomeLost(context.Id, context.Task.Id);
            ending.SuspendInBackground(context.Task, "The outcome of a call could not be recorded.", isByIncident: false);
        }

        NoteEnd(context);
        return new GuardResult(context.Id, permit, code, shown, label) { FailureMessage = failureMessage };
    }

    private ToolResult? Observe(CallContext context, in Standing standing, ToolResult returned, ref Label label)
    {
        try
        {
            ToolResult? shown = observer.Observe(context, standing.Obligations, returned, out Label observed);
            label = shown is null ? Label.Worst : observed;
            watch.Returned(context, returned);
            return shown;
        }
        catch (Exception e)
        {
            LogFault(e, context.Id);
            return null;
        }
    }
}
