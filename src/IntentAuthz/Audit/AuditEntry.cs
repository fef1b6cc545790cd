namespace IntentAuthz;

/// <summary>A record on its way to the sink: the one who waits for it to be durable, and the task to suspend should its outcome be lost.</summary>
internal sealed class AuditEntry(AuditRecord record, TenantId? tenant, AgentTask? task, bool mustWait)
{
    internal AuditRecord Record { get; } = record;

    /// <summary>Whose room it takes.</summary>
    internal TenantId? Tenant { get; } = tenant;

    internal AgentTask? Task { get; } = task;

    internal TaskCompletionSource<bool>? Written { get; } =
        mustWait ? new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
}
