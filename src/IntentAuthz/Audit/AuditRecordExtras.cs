using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What few audit records have. Immutable, so that records which are copies of each other share it.</summary>
internal sealed record AuditRecordExtras
{
    internal static AuditRecordExtras None { get; } = new();

    internal string? Principal { get; init; }

    internal ImmutableArray<KeyValuePair<string, string>> Arguments { get; init; } = [];

    internal ApprovalId? Approval { get; init; }

    internal string? ObservedReason { get; init; }

    internal RiskScore? Risk { get; init; }
}
