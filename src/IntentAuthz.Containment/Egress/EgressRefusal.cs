namespace IntentAuthz.Containment;

/// <summary>Why a request was not forwarded: a status for the client, a code that tells no details, and the approval it waits for, if any.</summary>
internal sealed record EgressRefusal(int Status, string Code, string? Approval = null)
{
    /// <summary>
    /// Whether a rule of the way out refused it once it ran, which is a denial of its own in the audit. What merely went wrong, such as a host that
    /// does not answer, is none.
    /// </summary>
    internal bool IsDenial => Code is EgressCodes.AddressRefused or EgressCodes.CredentialElsewhere or EgressCodes.ResponseTooLarge or EgressCodes.ResponseUnreadable;

    internal static EgressRefusal Of(GuardResult result) => new(
        403, result.OutcomeCode, result.Decision is { Outcome: DecisionOutcome.RequireApproval, Approval: { } approval } ? approval.ToString() : null);

    /// <summary>What an exception on the way to the host and back comes to.</summary>
    internal static EgressRefusal Of(Exception e) => EgressRefusedException.In(e) ?? new EgressRefusal(502, EgressCodes.HostUnreachable);
}
