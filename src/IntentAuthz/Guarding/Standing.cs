using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What policies and mandates have answered for a call, and under what: when that, or the version of the policies, changes before dispatch, the call is decided again.</summary>
/// <param name="Refusal">The denial, or null when everything permits.</param>
/// <param name="Policies">The permits that apply.</param>
/// <param name="Errors">What could not be evaluated.</param>
/// <param name="Obligations">What must hold.</param>
/// <param name="Label">The task's worst label when it was decided.</param>
/// <param name="Signals">The kinds of signals raised by then.</param>
/// <param name="Mode">The mode it was decided in.</param>
/// <param name="At">When the engine answered, if nothing that can take its time came after it; else null.</param>
/// <param name="Observed">What policies would have decided, when the call goes on because they are only observed.</param>
/// <param name="ObservedApprovals">The approvals the policy set alone asks for where it is only observed; they are not among the obligations.</param>
/// <param name="Request">What policies were asked, for an explanation; the last of several.</param>
/// <param name="AskedBy">Who asks for the approvals, those of an observed policy set included.</param>
internal readonly record struct Standing(
    Decision? Refusal,
    ImmutableArray<string> Policies,
    ImmutableArray<string> Errors,
    Obligations Obligations,
    Label Label,
    int Signals,
    EnforcementMode Mode,
    Moment? At,
    Decision? Observed = null,
    ImmutableArray<ApprovalRequirement> ObservedApprovals = default,
    PolicyRequest? Request = null,
    ApprovalAskers AskedBy = ApprovalAskers.None)
{
    /// <summary>Whether it is one: false for a default value, which would have no refusal either.</summary>
    internal bool IsReached => Obligations is not null;
}
