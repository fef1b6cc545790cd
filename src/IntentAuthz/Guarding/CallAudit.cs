namespace IntentAuthz;

/// <summary>Writes the two records of a tool call: the decision before the tool runs, the outcome after.</summary>
internal sealed class CallAudit(AuditQueue queue, ArgumentsHasher hasher, TimeProvider time, TimeSpan durableTimeout)
{
    /// <summary>Whether the record was accepted, and for a dangerous tool written.</summary>
    internal ValueTask<bool> DecidedAsync(CallContext context, Decision decision, string policyVersion, CancellationToken cancellationToken)
    {
        AuditRecord record = OfCall(AuditKind.Decision, context, decision.ReasonCode, decision.Explanation) with
        {
            ArgumentsDigest = context.Snapshot is null ? null : hasher.Hash(context.Task.Tenant, context.Snapshot.Json),
            Outcome = decision.Outcome,
            Policies = decision.DeterminingPolicies,
            PolicyVersion = policyVersion,
            Approval = decision.Approval,
        };
        return decision.IsPermitted && context.Tool.Risk >= RiskClass.High
            ? queue.WriteDurablyAsync(record, context.Task, durableTimeout, cancellationToken)
            : new ValueTask<bool>(queue.TryAccept(record, context.Task));
    }

    /// <summary>A call that was refused before it could be tied to a task and a described tool.</summary>
    internal void Refused(CallId id, AgentTask? task, ToolCall call, Decision decision) =>
        queue.TryAccept(
            new AuditRecord
            {
                Kind = AuditKind.Decision,
                Time = time.GetUtcNow(),
                Tenant = task?.Tenant,
                Task = task?.Id,
                Purpose = task?.Purpose,
                Agent = task?.Agent.Id,
                Owner = task?.Owner,
                OnBehalfOf = task?.Delegation.User?.ToString(),
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
            OfCall(AuditKind.Outcome, context, outcomeCode, explanation) with { ResultLabel = label, Duration = duration },
            context.Task);

    private AuditRecord OfCall(AuditKind kind, CallContext context, string reasonCode, string explanation) =>
        new()
        {
            Kind = kind,
            Time = time.GetUtcNow(),
            Tenant = context.Task.Tenant,
            Task = context.Task.Id,
            Purpose = context.Task.Purpose,
            Agent = context.Task.Agent.Id,
            Owner = context.Task.Owner,
            OnBehalfOf = context.Task.Delegation.User?.ToString(),
            Call = context.Id,
            FrameworkCallId = Bounded(context.Call.FrameworkCallId),
            Tool = context.Tool.Name,
            Action = context.Tool.Action.ToString(),
            Resources = [.. context.Resources.Select(static r => r.Uid.ToString())],
            ReasonCode = reasonCode,
            Explanation = explanation,
            Lease = context.Credential?.Lease.Id,
        };

    /// <summary>What a model wrote as a name is kept short in the record.</summary>
    private static string? Bounded(string? text) => text is null || text.Length <= Identifier.MaxLength ? text : text[..Identifier.MaxLength];
}
