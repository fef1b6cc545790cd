using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What few decisions have. Immutable.</summary>
internal sealed record DecisionExtras
{
    internal static DecisionExtras None { get; } = new();

    internal ImmutableArray<string> PolicyErrors { get; init; } = [];

    internal ApprovalId? Approval { get; init; }

    internal ApprovalAskers AskedBy { get; init; }

    internal Decision? WouldBe { get; init; }

    internal RiskScore? Risk { get; init; }
}
