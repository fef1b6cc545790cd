namespace IntentAuthz;

/// <summary>What becomes of a call that the task's mandate covers and its proposal does not.</summary>
public enum OutsideProposal
{
    /// <summary>It is denied with <see cref="ReasonCodes.OutsideProposal"/>.</summary>
    Deny = 0,

    /// <summary>A person has to approve it, whom policy lets approve, unless a permit asks for somebody anyway.</summary>
    RequireApproval,

    /// <summary>Policies see it in <c>context.task.proposal</c> and decide.</summary>
    Inform,
}
