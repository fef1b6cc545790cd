using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// One record of the audit trail. It holds no secret, and of arguments the values that the tool's descriptor allows and no others: all of them
/// together appear as a keyed digest, which tells whether two calls had the same ones and cannot be guessed without the key. Immutable.
/// </summary>
public sealed record AuditRecord
{
    private const long NotMeasured = long.MinValue;

    // Every call makes two of these, so what can be missing takes no room of its own, and what is seldom there lies apart.
    private readonly long _ticks;
    private readonly long _engineTicks = NotMeasured;
    private readonly long _durationTicks = NotMeasured;
    private readonly TenantId _tenant;
    private readonly CallId _call;
    private readonly LeaseId _lease;
    private readonly short _offsetMinutes;
    private readonly byte _kind;
    private readonly byte _outcome; // one more than its number; 0 for none
    private readonly byte _label; // likewise, integrity before confidentiality
    private BoxedDigest? _digest; // records of outcomes have none
    private AuditRecordExtras _extras = AuditRecordExtras.None;

    /// <summary>What the record tells.</summary>
    public required AuditKind Kind
    {
        get => (AuditKind)_kind;
        init => _kind = (byte)value;
    }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset Time
    {
        get => new(_ticks, TimeSpan.FromMinutes(_offsetMinutes));
        init => (_ticks, _offsetMinutes) = (value.Ticks, (short)value.TotalOffsetMinutes);
    }

    /// <summary>The tenant; null when the record could not be tied to one.</summary>
    public TenantId? Tenant
    {
        get => _tenant.Value is null ? null : _tenant;
        init => _tenant = value.GetValueOrDefault();
    }

    /// <summary>Who acted, in which task, for whom; null when the record could not be tied to a task.</summary>
    public AuditSubject? Subject { get; init; }

    /// <summary>Who performed an administrative action.</summary>
    public string? Principal
    {
        get => _extras.Principal;
        init => _extras = value is null && _extras.Principal is null ? _extras : _extras with { Principal = value };
    }

    /// <summary>The guard's id of the call.</summary>
    public CallId? Call
    {
        get => _call.Value is null ? null : _call;
        init => _call = value.GetValueOrDefault();
    }

    /// <summary>The framework's id of the call, which may repeat.</summary>
    public string? FrameworkCallId { get; init; }

    /// <summary>The tool's name as the call gave it.</summary>
    public string? Tool { get; init; }

    /// <summary>The action, as a Cedar entity.</summary>
    public string? Action { get; init; }

    /// <summary>The resources, as Cedar entities.</summary>
    public ImmutableArray<string> Resources { get; init; } = [];

    /// <summary>The keyed digest of the arguments.</summary>
    public ArgumentsDigest? ArgumentsDigest
    {
        get => _digest?.Value;
        internal set => _digest = value is { } digest ? new BoxedDigest(digest) : null; // set once, by the audit's writer, before a sink sees the record
    }

    /// <summary>
    /// The values that the tool's descriptor shows in the audit (<see cref="ToolDescriptorBuilder.ShowInAudit"/>), by name, each cut to its length
    /// and without secrets that are known: text as it is, anything else as JSON.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> Arguments
    {
        get => _extras.Arguments;
        internal init => _extras = value.IsDefaultOrEmpty && _extras.Arguments.IsEmpty ? _extras : _extras with { Arguments = value }; // as the digest
    }

    /// <summary>Permit, Deny or RequireApproval; null where nothing was decided.</summary>
    public DecisionOutcome? Outcome
    {
        get => _outcome == 0 ? null : (DecisionOutcome)(_outcome - 1);
        init => _outcome = value is { } outcome ? (byte)(outcome + 1) : (byte)0;
    }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>What happened, for people.</summary>
    public required string Explanation { get; init; }

    /// <summary>The policies that determined it.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];

    /// <summary>The version of the policies: with the native engine the digest of the policy set.</summary>
    public string? PolicyVersion { get; init; }

    /// <summary>The approval that was asked for or used.</summary>
    public ApprovalId? Approval
    {
        get => _extras.Approval;
        init => _extras = value is null && _extras.Approval is null ? _extras : _extras with { Approval = value };
    }

    /// <summary>The lease that was used, made or unmade.</summary>
    public LeaseId? Lease
    {
        get => _lease.Value is null ? null : _lease;
        init => _lease = value.GetValueOrDefault();
    }

    /// <summary>The reason code that the decision would have had, when the call ran because it was only observed.</summary>
    public string? ObservedReason
    {
        get => _extras.ObservedReason;
        init => _extras = value is null && _extras.ObservedReason is null ? _extras : _extras with { ObservedReason = value };
    }

    /// <summary>The risk score with its factors, when one was reckoned.</summary>
    public RiskScore? Risk
    {
        get => _extras.Risk;
        init => _extras = value is null && _extras.Risk is null ? _extras : _extras with { Risk = value };
    }

    /// <summary>The signals that had been raised in the task, or below it, when the call was decided.</summary>
    public ImmutableArray<string> Signals { get; init; } = [];

    /// <summary>How long the policy engine took to answer, over all resources of the call.</summary>
    public TimeSpan? EngineTime
    {
        get => _engineTicks == NotMeasured ? null : new TimeSpan(_engineTicks);
        init => _engineTicks = value?.Ticks ?? NotMeasured;
    }

    /// <summary>The result's label.</summary>
    public Label? ResultLabel
    {
        get => _label == 0 ? null : new Label((Integrity)((_label - 1) >> 4), (Confidentiality)((_label - 1) & 15));
        init => _label = value is { } label ? (byte)((((int)label.Integrity << 4) | (int)label.Confidentiality) + 1) : (byte)0;
    }

    /// <summary>How long the tool ran.</summary>
    public TimeSpan? Duration
    {
        get => _durationTicks == NotMeasured ? null : new TimeSpan(_durationTicks);
        init => _durationTicks = value?.Ticks ?? NotMeasured;
    }

    private sealed record BoxedDigest(ArgumentsDigest Value);
}
