using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What has been answered for a call so far, resource by resource, until it is a <see cref="Standing"/>.</summary>
/// <param name="label">The task's worst label when it began.</param>
/// <param name="signals">The kinds of signals raised by then.</param>
/// <param name="mode">The mode it is decided in.</param>
/// <param name="own">What the tool's descriptor asks for.</param>
internal struct Deliberation(Label label, int signals, EnforcementMode mode, Obligations own)
{
    private static readonly Obligations s_asked = new() { Approvals = [new ApprovalRequirement("", 1)] };

    internal ImmutableArray<string> Policies = [];
    internal ImmutableArray<string> Errors = [];
    internal Obligations Obligations = own;
    internal Decision? Observed; // what policies would have decided, where they are only observed
    internal Obligations ObservedApprovals = Obligations.None;
    internal ApprovalAskers AskedBy;
    internal PolicyRequest? Request; // the last
    internal Moment? At; // when the engine answered, if nothing that can take its time came after it
    internal OutsideProposal? Outside; // what is to become of the last, where a proposal does not have it

    internal readonly EnforcementMode Mode => mode;

    /// <summary>Has somebody asked, unless somebody is asked in any case.</summary>
    internal void AskSomebody(ApprovalAskers by)
    {
        AskedBy |= by;
        if (Obligations.Approvals.IsEmpty)
        {
            Obligations.TryCombine(Obligations, s_asked, out Obligations? asked); // an approval conflicts with nothing
            Obligations = asked!;
        }
    }

    internal readonly Standing Refuse(Decision refusal) => new(refusal, [], [], Obligations.None, label, signals, mode, At: null);

    internal readonly Standing Conclude() => new(null, Policies, Errors, Obligations, label, signals, mode, At, Observed, ObservedApprovals.Approvals, Request, AskedBy);
}
