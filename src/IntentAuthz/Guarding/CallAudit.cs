namespace IntentAuthz;

/// <summary>Makes the two records of a tool call, the decision before the tool runs and the outcome after: for the audit and for the task's own history.</summary>
internal sealed class CallAudit(AuditQueue queue, SecretScrubber scrubber, TimeProvider time, TimeSpan durableTimeout)
{
    /// <summary>The denial of a call whose decision could not be recorded. What the sink said is for people: a model is given the code alone.</summary>
    internal Decision Unavailable() => Decision.Deny(
        ReasonCodes.AuditUnavailable, $"The decision could not be recorded, so the call does not run. {queue.WhyNot} Once records are written again, so are calls permitted.");

    /// <summary>The record of a decision; the task's history has it from here on.</summary>
    internal AuditRecord Decided(CallContext context, Decision decision, DateTimeOffset at)
    {
        AuditFacts facts = FactsOf(context);
        facts.Policies = decision.DeterminingPolicies;
        facts.PolicyVersion = context.PolicyVersion;
        facts.Extras = AuditRecordExtras.Of(decision);
        facts.Raised(context.Task.Signals.Raised);
        context.Audited = facts;
        AuditRecord record = new(facts)
        {
            Kind = AuditKind.Decision,
            Time = at,
            Outcome = decision.Outcome,
            ReasonCode = decision.ReasonCode,
            Explanation = decision.Explanation,
            EngineTime = context.EngineTime,
        };
        context.Task.History.Add(LoggedEvent.Decided(record, context.Given));
        return record;
    }

    /// <summary>Whether the record was accepted, and for a dangerous tool written.</summary>
    internal ValueTask<bool> WriteAsync(CallContext context, AuditRecord decided, CancellationToken cancellationToken)
    {
        Moment? near = null;
        return WriteAsync(context, decided, ref near, cancellationToken);
    }

    /// <summary>The same, and forgets the last look at the clocks where that can take its time.</summary>
    internal ValueTask<bool> WriteAsync(CallContext context, AuditRecord decided, ref Moment? near, CancellationToken cancellationToken)
    {
        if (queue.IsCrowded)
        {
            near = null;
            queue.AddDigest(decided, context.Given.Utf8);
        }

        if (decided.Outcome == DecisionOutcome.Permit && context.Tool.Risk >= RiskClass.High)
        {
            near = null;
            return queue.WriteDurablyAsync(decided, context.Task, context.Tool, context.Given.Utf8, durableTimeout, cancellationToken);
        }

        return new ValueTask<bool>(queue.TryAccept(decided, context.Task, context.Tool, context.Given.Utf8));
    }

    /// <summary>A call that was refused before it could be tied to a task and a described tool.</summary>
    internal void Refused(CallId id, AgentTask? task, bool isOwn, ToolCall call, Decision decision) =>
        queue.TryAccept(
            new AuditRecord(new AuditFacts
            {
                Task = task?.Audited ?? AuditedTask.None,
                Tool = new AuditedTool(Bounded(call.ToolName), Action: null),
                Call = id,
                FrameworkCallId = Bounded(call.FrameworkCallId),
            })
            {
                Kind = AuditKind.Decision,
                Time = time.GetUtcNow(),
                Outcome = decision.Outcome,
                ReasonCode = decision.ReasonCode,
                Explanation = decision.Explanation,
            },
            isOwn ? task : null); // the room of a task of another guard is there

    /// <summary>Notes how a call that was decided ended, in the task's history and in the audit. False when there was no room for the record.</summary>
    internal bool Ended(CallContext context, string outcomeCode, string explanation, ToolResult? shown, Label label, TimeSpan duration)
    {
        AuditRecord record = new(context.Audited!, tellsCallAlone: true)
        {
            Kind = AuditKind.Outcome,
            Time = time.GetUtcNow(), // now, and not when the tool returned: looking at its result may have raised a signal
            ReasonCode = outcomeCode,
            Explanation = explanation,
            ResultLabel = label,
            Duration = duration,
        };
        if (outcomeCode != ReasonCodes.Completed)
        {
            context.Task.History.CountError();
        }

        context.Task.History.Add(LoggedEvent.Ended(record, shown));
        return queue.TryAccept(record, context.Task);
    }

    /// <summary>What both records of the call say.</summary>
    private AuditFacts FactsOf(CallContext context) => new()
    {
        Task = context.Task.Audited,
        Tool = context.Tool.Audited,
        Call = context.Id,
        FrameworkCallId = Bounded(context.Call.FrameworkCallId),
        Resources = context.ResourceTexts,
        Lease = context.Credential?.Lease.Id ?? default,
    };

    /// <summary>What a model wrote as a name is kept short in the record. Known secrets go first: half of one would not be known for one any more.</summary>
    private string? Bounded(string? text) =>
        text is null || text.Length <= AuditBounds.Name ? text : AuditBounds.Cut(scrubber.Scrub(text, out _), AuditBounds.Name);
}
