namespace IntentAuthz;

/// <summary>A record on its way to the sink: the one who waits for it to be durable, and the task to suspend should its outcome be lost.</summary>
internal sealed class AuditEntry(AuditRecord record, AgentTask? task, bool mustWait)
{
    internal AuditRecord Record { get; } = record;

    internal AgentTask? Task { get; } = task;

    internal TaskCompletionSource<bool>? Written { get; } =
        mustWait ? new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
}
