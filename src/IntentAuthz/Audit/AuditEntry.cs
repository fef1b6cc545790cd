using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// A record on its way to the sink: the arguments its digest is made of, the tool whose descriptor says which of them are shown, the one who waits for it to be durable, and the task to suspend
/// should its outcome be lost.
/// </summary>
internal sealed class AuditEntry(AuditRecord record, AgentTask? task, ToolDescriptor? tool, JsonElement? arguments, bool mustWait)
{
    internal AuditRecord Record { get; set; } = record; // taken the place of by the writing loop alone

    internal AgentTask? Task { get; } = task;

    internal ToolDescriptor? Tool { get; } = tool;

    internal JsonElement? Arguments { get; } = arguments;

    internal TaskCompletionSource<bool>? Written { get; } =
        mustWait ? new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
}
