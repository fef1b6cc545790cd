using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// A record on its way to the sink: the arguments its digest is made of, the one who waits for it to be durable, and the task to suspend
/// should its outcome be lost.
/// </summary>
internal sealed class AuditEntry(AuditRecord record, AgentTask? task, JsonElement? arguments, bool mustWait)
{
    internal AuditRecord Record { get; } = record;

    internal AgentTask? Task { get; } = task;

    internal JsonElement? Arguments { get; } = arguments;

    internal TaskCompletionSource<bool>? Written { get; } =
        mustWait ? new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
}
