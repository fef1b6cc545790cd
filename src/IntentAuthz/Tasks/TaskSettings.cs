namespace IntentAuthz;

/// <summary>What all tasks of a guard are made with.</summary>
/// <param name="Events">How many events a task's log keeps.</param>
/// <param name="Signals">What the detectors watch for.</param>
internal sealed record TaskSettings(int Events, SignalOptions Signals)
{
    internal static TaskSettings Default { get; } = new(TaskHistory.DefaultEvents, new SignalOptions());
}
