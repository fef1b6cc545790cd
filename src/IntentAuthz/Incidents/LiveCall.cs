namespace IntentAuthz;

/// <summary>A call in flight.</summary>
/// <param name="Id">The guard's id of it.</param>
/// <param name="Task">The task it was made in.</param>
/// <param name="Tool">The tool.</param>
/// <param name="Lease">The lease it uses, or null.</param>
/// <param name="Containment">The containment profile that its tool names, or null: there are processes or a workspace of it then.</param>
/// <param name="IsRunning">Whether its tool was entered. It may still work after it was cancelled, until it looks at its cancellation token.</param>
public sealed record LiveCall(CallId Id, TaskId Task, string Tool, LeaseId? Lease, string? Containment, bool IsRunning);
