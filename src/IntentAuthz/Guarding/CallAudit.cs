namespace IntentAuthz;

/// <summary>Writes the two records of a tool call: the decision before the tool runs, the outcome after.</summary>
internal sealed class CallAudit(AuditQueue queue, SecretScrubber scrubber, TimeProvider time, TimeSpan durableTimeout)
{
    /// <summary>The denial of a call whose decision could not be recorded. What the sink said is for people: a model is given the code alone.</summary>
    internal Decision Unavailable() => Decision.Deny(
        ReasonCodes.AuditUnavailable, $"The decision could not be recorded, so the call does not run. {queue.WhyNot} Once records are written again, so are calls permitted.");

    /// <summary>Whether the record was accepted, and for a dangerous tool written.</summary>
    internal ValueTask<bool> DecidedAsync(CallContext context, Decision decision, string policyVersion, CancellationToken cancellationToken)
    {
        AuditRecord record = new()
        {
            Kind = AuditKind.Decision,
            Time = time.GetUtcNow(),
            Tenant = context.Task.Tenant,
            Subject = context.Task.AuditSubject,
            Call = context.Id,
            FrameworkCallId = Bounded(context.Call.FrameworkCallId),
            Tool = context.Tool.Name,
            Action = context.Tool.ActionText,
            Resources = context.ResourceTexts,
            Outcome = decision.Outcome,
            ReasonCode = decision.ReasonCode,
            Explanation = decision.Explanation,
            Policies = decision.DeterminingPolicies,
            PolicyVersion = policyVersion,
            Approval = decision.Approval,
            ObservedReason = decision.WouldBe?.ReasonCode,
            Risk = decision.Risk,
            Lease = context.Credential?.Lease.Id,
            Signals = SignalNames.Of(context.Task.Signals.Raised),
            EngineTime = context.EngineTime,
        };
        return decision.IsPermitted && context.Tool.Risk >= RiskClass.High
            ? queue.WriteDurablyAsync(record, context.Task, context.Tool, context.Snapshot?.Json, durableTimeout, cancellationToken)
            : new ValueTask<bool>(queue.TryAccept(record, context.Task, context.Tool, context.Snapshot?.Json));
    }

    /// <summary>A call that was refused before it could be tied to a task and a described tool.</summary>
    internal void Refused(CallId id, AgentTask? task, ToolCall call, Decision decision) =>
        queue.TryAccept(
            new AuditRecord
            {
                Kind = AuditKind.Decision,
                Time = time.GetUtcNow(),
                Tenant = task?.Tenant,
                Subject = task?.AuditSubject,
                Call = id,
                FrameworkCallId = Bounded(call.FrameworkCallId),
                Tool = Bounded(call.ToolName),
                Outcome = decision.Outcome,
                ReasonCode = decision.ReasonCode,
                Explanation = decision.Explanation,
            },
            task);

    internal bool Ended(CallContext context, string outcomeCode, string explanation, Label? label, TimeSpan duration) =>
        queue.TryAccept(
            new AuditRecord
            {
                Kind = AuditKind.Outcome,
                Time = time.GetUtcNow(),
                Tenant = context.Task.Tenant,
                Subject = context.Task.AuditSubject,
                Call = context.Id,
                FrameworkCallId = Bounded(context.Call.FrameworkCallId),
                Tool = context.Tool.Name,
                Action = context.Tool.ActionText,
                Resources = context.ResourceTexts,
                ReasonCode = outcomeCode,
                Explanation = explanation,
                Lease = context.Credential?.Lease.Id,
                ResultLabel = label,
                Duration = duration,
            },
            context.Task);

    /// <summary>What a model wrote as a name is kept short in the record. Known secrets go first: half of one would not be known for one any more.</summary>
    private string? Bounded(string? text)
    {
        if (text is null || text.Length <= Identifier.MaxLength)
        {
            return text;
        }

        text = scrubber.Scrub(text, out _);
        return text.Length <= Identifier.MaxLength ? text : text[..Identifier.MaxLength];
    }
}
