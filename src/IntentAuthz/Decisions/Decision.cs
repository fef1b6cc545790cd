using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What the guard concluded about one call or one administrative action, and why. Immutable.</summary>
public sealed class Decision
{
    private DecisionExtras _extras = DecisionExtras.None; // apart, since every call makes a decision and few have any of it

    internal Decision(
        DecisionOutcome outcome,
        string reasonCode,
        string explanation,
        ImmutableArray<string> policies = default,
        ImmutableArray<string> errors = default,
        ApprovalId? approval = null)
    {
        Outcome = outcome;
        ReasonCode = reasonCode;
        Explanation = explanation;
        DeterminingPolicies = policies.IsDefault ? [] : policies;
        if (!errors.IsDefaultOrEmpty || approval is not null)
        {
            _extras = new DecisionExtras { PolicyErrors = errors.IsDefault ? [] : errors, Approval = approval };
        }
    }

    /// <summary>Permit, Deny or RequireApproval.</summary>
    public DecisionOutcome Outcome { get; }

    /// <summary>One of <see cref="ReasonCodes"/>.</summary>
    public string ReasonCode { get; }

    /// <summary>One or two sentences for people: what happened and what to do. It can name policies, so it is not for the model.</summary>
    public string Explanation { get; }

    /// <summary>The ids of the policies that decided: the forbids that forbade, or all permits that apply.</summary>
    public ImmutableArray<string> DeterminingPolicies { get; }

    /// <summary>Policies that could not be evaluated, each with its reason; also those whose failure changed nothing.</summary>
    public ImmutableArray<string> PolicyErrors => _extras.PolicyErrors;

    /// <summary>The approval that is waited for, when <see cref="Outcome"/> is RequireApproval, or that was used up by this call.</summary>
    public ApprovalId? Approval => _extras.Approval;

    /// <summary>Who wanted the approval that is waited for or was used; nobody where that cannot be said.</summary>
    internal ApprovalAskers AskedBy
    {
        get => _extras.AskedBy;
        init => _extras = value == ApprovalAskers.None ? _extras : _extras with { AskedBy = value };
    }

    /// <summary>What would have been decided, when the call is permitted only because its policies or its tool are observed; else null.</summary>
    public Decision? WouldBe
    {
        get => _extras.WouldBe;
        internal init => _extras = _extras with { WouldBe = value };
    }

    /// <summary>The risk score with every factor, when a policy or the task's ceiling asked for it; else null.</summary>
    public RiskScore? Risk
    {
        get => _extras.Risk;
        internal set => _extras = value is null && _extras.Risk is null ? _extras : _extras with { Risk = value }; // set once, by the pipeline that makes the decision
    }

    /// <summary>What policies were asked, or null where the decision fell before they were.</summary>
    internal PolicyRequest? Request { get; init; }

    /// <summary>Whether the outcome is Permit.</summary>
    public bool IsPermitted => Outcome == DecisionOutcome.Permit;

    /// <summary>
    /// Says which policies applied, which nearly did and which condition was false, and the smallest change found that would have permitted. Worked
    /// out when it is called, from the request and the policies that were in force then, to which the decision holds on: as long as it is
    /// kept, so are the call's arguments, its task and those policies. Entities are read from the host's store as they are now. For developers
    /// and operators, never for the model. Safe for use by many threads.
    /// </summary>
    public DecisionExplanation Explain() => DecisionExplainer.Explain(this);

    internal static Decision Deny(string reasonCode, string explanation) => new(DecisionOutcome.Deny, reasonCode, explanation);

    /// <summary>Outcome, reason code and explanation.</summary>
    public override string ToString() => $"{Outcome} ({ReasonCode}): {Explanation}";
}
