using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// One record of the audit trail. It holds no secret, and of arguments the values that the tool's descriptor allows and no others: all of them
/// together appear as a keyed digest, which tells whether two calls had the same ones and cannot be guessed without the key. Immutable.
/// </summary>
public sealed record AuditRecord
{
    /// <summary>What the record tells.</summary>
    public required AuditKind Kind { get; init; }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The tenant; null when the record could not be tied to one.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>Who acted, in which task, for whom; null when the record could not be tied to a task.</summary>
    public AuditSubject? Subject { get; init; }

    /// <summary>Who performed an administrative action.</summary>
    public string? Principal { get; init; }

    /// <summary>The guard's id of the call.</summary>
    public CallId? Call { get; init; }

    /// <summary>The framework's id of the call, which may repeat.</summary>
    public string? FrameworkCallId { get; init; }

    /// <summary>The tool's name as the call gave it.</summary>
    public string? Tool { get; init; }

    /// <summary>The action, as a Cedar entity.</summary>
    public string? Action { get; init; }

    /// <summary>The resources, as Cedar entities.</summary>
    public ImmutableArray<string> Resources { get; init; } = [];

    /// <summary>The keyed digest of the arguments.</summary>
    public ArgumentsDigest? ArgumentsDigest { get; internal set; } // set once, by the audit's writer, before a sink sees the record

    /// <summary>
    /// The values that the tool's descriptor shows in the audit (<see cref="ToolDescriptorBuilder.ShowInAudit"/>), by name, each cut to its length
    /// and without secrets that are known: text as it is, anything else as JSON.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> Arguments { get; internal set; } = []; // as the digest

    /// <summary>Permit, Deny or RequireApproval; null where nothing was decided.</summary>
    public DecisionOutcome? Outcome { get; init; }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string Explanation { get; init; }

    /// <summary>The policies that determined it.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>The version of the policies: with the native engine the digest of the policy set.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The approval that was asked for or used.</summary>
    public ApprovalId? Approval { get; init; }

    /// <summary>The lease that was used, made or unmade.</summary>
    public LeaseId? Lease { get; init; }

    /// <summary>The reason code that the decision would have had, when the call ran because it was only observed.</summary>
    public string? ObservedReason { get; init; }

    /// <summary>The risk score with its factors, when one was reckoned.</summary>
    public RiskScore? Risk { get; init; }

    /// <summary>The signals that had been raised in the task, or below it, when the call was decided.</summary>
    public ImmutableArray<string> Signals { get; init; } = [];

    /// <summary>How long the policy engine took to answer, over all resources of the call.</summary>
    public TimeSpan? EngineTime { get; init; }

    /// <summary>The result's label.</summary>
    public Label? ResultLabel { get; init; }

    /// <summary>How long the tool ran.</summary>
    public TimeSpan? Duration { get; init; }
}
