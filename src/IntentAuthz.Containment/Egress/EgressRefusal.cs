namespace IntentAuthz.Containment;

/// <summary>Why a request was not forwarded: a status for the client, a code that tells no details, and the approval it waits for, if any.</summary>
internal sealed record EgressRefusal(int Status, string Code, string? Approval = null)
{
    internal static EgressRefusal Of(GuardResult result) => new(
        403, result.OutcomeCode, result.Decision is { Outcome: DecisionOutcome.RequireApproval, Approval: { } approval } ? approval.ToString() : null);
}
