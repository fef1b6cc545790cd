using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The words policies and audit records use for signals.</summary>
internal static class SignalNames
{
    internal static readonly SignalKind[] All = Enum.GetValues<SignalKind>();

    private static readonly ImmutableArray<ImmutableArray<string>> s_sets =
        [.. Enumerable.Range(0, 1 << All.Length).Select(static raised => (ImmutableArray<string>)[.. All.Where(k => (raised & (1 << (int)k)) != 0).Select(static k => k.Name())])];

    /// <summary>The kinds of which the bits are set: made once for each set, since each record of a call names one.</summary>
    internal static ImmutableArray<string> Of(int raised) => s_sets[raised];

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
