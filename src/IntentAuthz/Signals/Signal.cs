namespace IntentAuthz;

/// <summary>What a detector has observed. Immutable.</summary>
/// <param name="Kind">What.</param>
/// <param name="Time">When, in wall-clock time.</param>
/// <param name="Task">The task it was observed in.</param>
/// <param name="Call">The call that made it visible; null when none did.</param>
/// <param name="Evidence">What was seen, in one sentence without arguments or results.</param>
/// <param name="Response">What happens.</param>
public sealed record Signal(SignalKind Kind, DateTimeOffset Time, TaskId Task, CallId? Call, string Evidence, SignalResponse Response);
