namespace IntentAuthz;

/// <summary>
/// What is still known of a task that has ended: who answers for it, what it rested on and which credentials it was lent. It keeps no history, no
/// arguments and no task.
/// </summary>
internal sealed class EndedTask(AgentTask task)
{
    internal AuditedTask Audited { get; } = task.Audited;

    internal AuditSubject Subject => Audited.Subject!;

    internal TaskId Id => Subject.Task;

    internal TenantId Tenant => Audited.Tenant;

    /// <summary>The task at the top of its tree.</summary>
    internal TaskId Root { get; } = task.Root.Id;

    /// <summary>What revoking would have stopped it.</summary>
    internal RevocationTarget[] RestsOn { get; } = task.RestsOn;

    /// <summary>What it, or a task below it, was lent.</summary>
    internal TaskLeases Leases { get; } = task.Leases;
}
