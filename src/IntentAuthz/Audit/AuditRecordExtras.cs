using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What few audit records have. Immutable, so that records which are copies of each other share it.</summary>
internal sealed record AuditRecordExtras
{
    internal static AuditRecordExtras None { get; } = new();

    internal string? Principal { get; init; }

    internal ImmutableArray<KeyValuePair<string, string>> Arguments { get; init; } = [];

    internal ApprovalId? Approval { get; init; }

    internal ImmutableArray<string> ApprovalAskedBy { get; init; } = [];

    internal string? ObservedReason { get; init; }

    internal RiskScore? Risk { get; init; }

    /// <summary>The signals, where they do not come from a task as it has them.</summary>
    internal ImmutableArray<string> Signals { get; init; } = [];

    /// <summary>The tool's time, where it is not an outcome's beside its decision.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>Those of a decision: <see cref="None"/> for most.</summary>
    internal static AuditRecordExtras Of(Decision decision) =>
        decision.Approval is null && decision.WouldBe is null && decision.Risk is null
            ? None
            : new AuditRecordExtras
            {
                Approval = decision.Approval, ApprovalAskedBy = ApprovalAskerNames.Of(decision.AskedBy), ObservedReason = decision.WouldBe?.ReasonCode, Risk = decision.Risk,
            };
}
