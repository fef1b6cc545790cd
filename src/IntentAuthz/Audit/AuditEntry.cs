namespace IntentAuthz;

/// <summary>
/// A record on its way to the sink: the arguments its digest is made of, the tool whose descriptor says which of them are shown, the one who waits for it to be durable, and the task to suspend
/// should its outcome be lost.
/// </summary>
/// <param name="Record">The record as it was handed in; the writing loop completes it.</param>
/// <param name="Task">The task, or null.</param>
/// <param name="Tool">The tool, or null.</param>
/// <param name="Arguments">The arguments as JSON in UTF-8, and nothing that was made of them, as records can wait for long; empty where there are none.</param>
/// <param name="Written">Told what became of it; null when nobody waits.</param>
internal readonly record struct AuditEntry(AuditRecord Record, AgentTask? Task, ToolDescriptor? Tool, ReadOnlyMemory<byte> Arguments, TaskCompletionSource<bool>? Written);
