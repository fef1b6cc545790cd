using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// One record of the audit trail. It holds no secret, and of arguments the values that the tool's descriptor allows and no others: all of them
/// together appear as a keyed digest, which tells whether two calls had the same ones and cannot be guessed without the key. Immutable.
/// </summary>
public sealed record AuditRecord
{
    private const long NotMeasured = long.MinValue;

    // Every call makes two of these: what can be missing takes no room of its own, and what both say lies apart, once.
    private readonly long _ticks;
    private readonly short _offsetMinutes;
    private readonly byte _kind;
    private readonly byte _outcome; // one more than its number; 0 for none
    private readonly byte _label; // likewise, integrity before confidentiality
    private long _measuredTicks = NotMeasured; // how long the engine took, or of a record that tells the call alone how long the tool ran
    private bool _isOwner; // the facts were made for this record: others that hold them are copies of it, or its outcome
    private bool _tellsCallAlone; // the rest of the facts is the decision's
    private AuditFacts _facts;

    /// <summary>Makes a record that says what it is given.</summary>
    public AuditRecord() => _facts = AuditFacts.None;

    /// <summary>Makes a record of facts that were made for it, or the outcome's beside the decision's.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="tellsCallAlone">Whether it is the outcome's, so that of the facts it says which call it was, and not how it was decided.</param>
    internal AuditRecord(AuditFacts facts, bool tellsCallAlone = false) => (_facts, _tellsCallAlone, _isOwner) = (facts, tellsCallAlone, !tellsCallAlone);

    private AuditRecord(AuditRecord other)
    {
        (_ticks, _offsetMinutes, _measuredTicks) = (other._ticks, other._offsetMinutes, other._measuredTicks);
        (_kind, _outcome, _label) = (other._kind, other._outcome, other._label);
        (ReasonCode, Explanation) = (other.ReasonCode, other.Explanation);
        (_facts, _tellsCallAlone) = (other._facts, other._tellsCallAlone);
    }

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
        get => _facts.Task.Tenant is { Value: not null } tenant ? tenant : null;
        init => Own().Task = _facts.Task with { Tenant = value.GetValueOrDefault() };
    }

    /// <summary>Who acted, in which task, for whom; null when the record could not be tied to a task.</summary>
    public AuditSubject? Subject
    {
        get => _facts.Task.Subject;
        init => Own().Task = _facts.Task with { Subject = value };
    }

    /// <summary>Who performed an administrative action.</summary>
    public string? Principal
    {
        get => Extras.Principal;
        init => Own().Extras = Extras with { Principal = value };
    }

    /// <summary>The guard's id of the call.</summary>
    public CallId? Call
    {
        get => _facts.Call == default ? null : _facts.Call;
        init => Own().Call = value.GetValueOrDefault();
    }

    /// <summary>The framework's id of the call, which may repeat.</summary>
    public string? FrameworkCallId
    {
        get => _facts.FrameworkCallId;
        init => Own().FrameworkCallId = value;
    }

    /// <summary>The tool's name as the call gave it.</summary>
    public string? Tool
    {
        get => _facts.Tool.Name;
        init => Own().Tool = _facts.Tool with { Name = value };
    }

    /// <summary>The action, as a Cedar entity.</summary>
    public string? Action
    {
        get => _facts.Tool.Action;
        init => Own().Tool = _facts.Tool with { Action = value };
    }

    /// <summary>The resources, as Cedar entities. As a sink gets them those that are long are cut and end in <c>…</c>: docs/audit.md says where.</summary>
    public ImmutableArray<string> Resources
    {
        get => _facts.Resources;
        init => Own().Resources = value;
    }

    /// <summary>The keyed digest of the arguments.</summary>
    public ArgumentsDigest? ArgumentsDigest
    {
        get => Decided.Digest;

        // By the audit, before a sink sees the record, which the task's history may have by then.
        internal set
        {
            if (value is not { } digest || !Own().TryAdd(digest))
            {
                _facts = _facts.Copy(value); // another one, or none: what somebody may be reading stays as it is
            }
        }
    }

    /// <summary>
    /// The values that the tool's descriptor shows in the audit (<see cref="ToolDescriptorBuilder.ShowInAudit"/>), by name, each cut to its length
    /// and without secrets that are known: text as it is, anything else as JSON.
    /// </summary>
    public ImmutableArray<KeyValuePair<string, string>> Arguments
    {
        get => Extras.Arguments;
        internal init => Own().Extras = Extras with { Arguments = value };
    }

    /// <summary>Permit, Deny or RequireApproval; null where nothing was decided.</summary>
    public DecisionOutcome? Outcome
    {
        get => _outcome == 0 ? null : (DecisionOutcome)(_outcome - 1);
        init => _outcome = value is { } outcome ? (byte)(outcome + 1) : (byte)0;
    }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>What happened, for people. As a sink gets it, it is cut where it is long.</summary>
    public required string Explanation { get; init; }

    /// <summary>The policies that determined it.</summary>
    public ImmutableArray<string> Policies
    {
        get => Decided.Policies;
        init => Own().Policies = value;
    }

    /// <summary>The version of the policies: with the native engine the digest of the policy set.</summary>
    public string? PolicyVersion
    {
        get => Decided.PolicyVersion;
        init => Own().PolicyVersion = value;
    }

    /// <summary>The approval that was asked for or used.</summary>
    public ApprovalId? Approval
    {
        get => Extras.Approval;
        init => Own().Extras = Extras with { Approval = value };
    }

    /// <summary>
    /// Who wanted the approval: <c>policy</c>, a <c>mandate</c>, a <c>proposal</c> that does not have the call, a <c>signal</c>, the ceiling of the risk
    /// <c>score</c>, or the <c>repeat</c> of a call whose outcome is unknown. Empty where that cannot be said.
    /// </summary>
    public ImmutableArray<string> ApprovalAskedBy
    {
        get => Extras.ApprovalAskedBy;
        init => Own().Extras = Extras with { ApprovalAskedBy = value };
    }

    /// <summary>The lease that was used, made or unmade.</summary>
    public LeaseId? Lease
    {
        get => _facts.Lease is { Value: not null } lease ? lease : null;
        init => Own().Lease = value.GetValueOrDefault();
    }

    /// <summary>The reason code that the decision would have had, when the call ran because it was only observed.</summary>
    public string? ObservedReason
    {
        get => Extras.ObservedReason;
        init => Own().Extras = Extras with { ObservedReason = value };
    }

    /// <summary>The risk score with its factors, when one was reckoned.</summary>
    public RiskScore? Risk
    {
        get => Extras.Risk;
        init => Own().Extras = Extras with { Risk = value };
    }

    /// <summary>The signals that had been raised in the task, or below it, when the call was decided.</summary>
    public ImmutableArray<string> Signals
    {
        get => Decided.Signals;
        init => Own().Signals = value;
    }

    /// <summary>How long the policy engine took to answer, over all resources of the call.</summary>
    public TimeSpan? EngineTime
    {
        get => _tellsCallAlone ? null : Measured;
        init
        {
            if (_tellsCallAlone)
            {
                Own();
            }

            Measured = value;
        }
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
        get => _tellsCallAlone ? Measured : Extras.Duration;
        init
        {
            if (_tellsCallAlone)
            {
                Measured = value;
            }
            else
            {
                Own().Extras = Extras with { Duration = value };
            }
        }
    }

    private AuditFacts Decided => _tellsCallAlone ? AuditFacts.None : _facts;

    private TimeSpan? Measured
    {
        get => _measuredTicks == NotMeasured ? null : new TimeSpan(_measuredTicks);
        set => _measuredTicks = value?.Ticks ?? NotMeasured;
    }

    private AuditRecordExtras Extras => Decided.Extras;

    /// <inheritdoc/>
    public bool Equals(AuditRecord? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && (_ticks, _offsetMinutes, _kind, _outcome, _label) == (other._ticks, other._offsetMinutes, other._kind, other._outcome, other._label)
            && ReasonCode == other.ReasonCode && Explanation == other.Explanation && Duration == other.Duration
            && Tenant == other.Tenant && Subject == other.Subject && Call == other.Call && FrameworkCallId == other.FrameworkCallId
            && Tool == other.Tool && Action == other.Action && Resources == other.Resources && Lease == other.Lease
            && ArgumentsDigest == other.ArgumentsDigest && Arguments == other.Arguments
            && Policies == other.Policies && PolicyVersion == other.PolicyVersion && Signals == other.Signals && EngineTime == other.EngineTime
            && Principal == other.Principal && Approval == other.Approval && ApprovalAskedBy == other.ApprovalAskedBy && ObservedReason == other.ObservedReason && Risk == other.Risk);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_ticks, _kind, _outcome, _facts.Call, ReasonCode, Explanation); // what does not change, so not the digest

    /// <summary>
    /// The facts as this record's own, so that whoever changes them changes no other: while the record is being made, and before what is to change is
    /// read, since what an outcome's record says goes to another place when it comes to say more.
    /// </summary>
    private AuditFacts Own()
    {
        if (_tellsCallAlone)
        {
            _facts = _facts.CopyOfCall();
            _facts.Extras = Measured is { } duration ? new AuditRecordExtras { Duration = duration } : AuditRecordExtras.None;
            (_measuredTicks, _tellsCallAlone) = (NotMeasured, false);
        }
        else if (!_isOwner)
        {
            _facts = _facts.Copy();
        }

        _isOwner = true;
        return _facts;
    }
}
