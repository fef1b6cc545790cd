using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What few calls have, in an object of its own: made for a call when the first of it is needed. <see cref="CallContext"/> says what each is.</summary>
internal sealed class CallExtras
{
    internal CallTelemetry? Telemetry { get; init; }

    internal CallDigest? Digest { get; set; }

    internal ImmutableArray<string> ResourceTexts { get; set; }

    internal ApprovalRequest? Approval { get; set; }

    internal CallContainment? Containment { get; set; }

    internal CallProvenance? Provenance { get; set; }

    internal RiskScore? Risk { get; set; }
}
