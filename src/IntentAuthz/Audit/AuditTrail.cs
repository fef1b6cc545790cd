namespace IntentAuthz;

/// <summary>Writes the records of everything but tool calls: administration, tasks and leases.</summary>
internal sealed class AuditTrail(AuditQueue queue, TimeProvider time)
{
    internal AuditQueue Queue => queue;

    internal void Administration(Principal? by, string action, string what, TenantId? tenant, Decision decision) =>
        AdministrationBy(by?.ToString() ?? "operator key", action, what, tenant, decision);

    /// <summary>The same of one who is no principal of a tenant.</summary>
    internal void AdministrationBy(string by, string action, string what, TenantId? tenant, Decision decision) =>
        queue.Note(
            new AuditRecord
            {
                Kind = AuditKind.Administration,
                Time = time.GetUtcNow(),
                Tenant = tenant,
                Principal = by,
                Action = action,
                Resources = [what],
                Outcome = decision.Outcome,
                ReasonCode = decision.ReasonCode,
                Explanation = decision.Explanation,
                Policies = decision.DeterminingPolicies,
                Approval = decision.Approval,
            });

    internal void TaskMoved(AgentTask task, TaskState to, string explanation) =>
        queue.Note(
            ForTask(AuditKind.Task, task, to.ToString().ToLowerInvariant(), explanation, null));

    /// <summary>A step of a lease's life; of one that was taken over or found, the task is not here any more.</summary>
    internal void Leased(AgentTask? task, Lease lease, string reasonCode, string explanation) =>
        queue.Note(task is not null
            ? ForTask(AuditKind.Lease, task, reasonCode, explanation, lease.Id)
            : new AuditRecord
            {
                Kind = AuditKind.Lease,
                Time = time.GetUtcNow(),
                Tenant = lease.Tenant,
                Principal = $"agent {lease.Agent}",
                Resources = [$"task {lease.Task}"],
                ReasonCode = reasonCode,
                Explanation = explanation,
                Lease = lease.Id,
            });

    internal void Signalled(AgentTask task, Signal signal) =>
        queue.Note(ForTask(AuditKind.Signal, task, signal.Kind.Name(), $"{signal.Evidence} ({(signal.Call is { } call ? $"call {call}; " : "")}{signal.Response})", null));

    /// <summary>A credential was used after its end, and the task it served is over: what is still known of it, or null where it is not known here.</summary>
    internal void ShadowPrivilege(TenantId tenant, TaskId of, EndedTask? ended, LeaseId lease, string evidence) =>
        queue.Note(new AuditRecord(new AuditFacts { Task = ended?.Audited ?? new AuditedTask(tenant, null) })
        {
            Kind = AuditKind.Signal,
            Time = time.GetUtcNow(),
            Resources = [$"task {of}"],
            ReasonCode = SignalKind.ShadowPrivilege.Name(),
            Explanation = evidence,
            Lease = lease,
        });

    private AuditRecord ForTask(AuditKind kind, AgentTask task, string reasonCode, string explanation, LeaseId? lease) =>
        new(new AuditFacts { Task = task.Audited, Lease = lease ?? default })
        {
            Kind = kind,
            Time = time.GetUtcNow(),
            ReasonCode = reasonCode,
            Explanation = explanation,
        };
}
