namespace IntentAuthz;

/// <summary>The words policies and audit records use for signals.</summary>
internal static class SignalNames
{
    internal static readonly SignalKind[] All = Enum.GetValues<SignalKind>();

    internal static string Name(this SignalKind kind) => kind switch
    {
        SignalKind.Chaining => "chaining",
        SignalKind.LateralMovement => "lateral-movement",
        SignalKind.RepeatedEscalation => "repeated-escalation",
        SignalKind.Runaway => "runaway",
        SignalKind.GoalDrift => "goal-drift",
        SignalKind.UnexpectedOutput => "unexpected-output",
        _ => "shadow-privilege",
    };
}
