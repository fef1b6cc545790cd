namespace IntentAuthz;

/// <summary>
/// Beside the steps: what observe mode makes of the policy set's answer. It overrides that answer and nothing else, so the mandates, the tool's
/// own obligations and the proposals have been held against the call before, and ask what they ask.
/// </summary>
internal sealed partial class CallPipeline
{
    /// <summary>Sets aside what the policy set alone wants approved.</summary>
    private static Verdict WithoutApprovals(Verdict verdict, ref Obligations observed)
    {
        Obligations all = verdict.Obligations;
        if (all.Approvals.IsEmpty)
        {
            return verdict;
        }

        Obligations.TryCombine(observed, new Obligations { Approvals = all.Approvals }, out Obligations? combined); // approvals conflict with nothing
        observed = combined!;
        return new Verdict(
            verdict.Effect, verdict.ReasonCode, verdict.Policies, verdict.Errors,
            new Obligations { Credential = all.Credential, Containments = all.Containments, Redactions = all.Redactions, Rates = all.Rates });
    }

    /// <summary>Whether the call runs against the policy set's answer: that is all that stands in its way, and it needs no credential.</summary>
    private bool RunsObserved(CallContext context, Standing standing)
    {
        bool isDenied = standing.Observed is not null;
        bool wantsApproval = !standing.ObservedApprovals.IsDefaultOrEmpty && context.Approval is null;
        if ((!isDenied && !wantsApproval)
            || (!standing.Obligations.Approvals.IsEmpty && context.Approval is null)
            || (context.Approval is { } given && !standing.Obligations.IsCoveredBy(given.Obligations))
            || (!context.Tool.IsIdempotent && context.Approval is null && context.Task.History.IsUnresolved(context.Digest)))
        {
            return false; // it is not only the policy set that asks
        }

        // A denied call that needs a credential has been refused at the verdict. One that waits for its approval asks for it as ever, and so does
        // one that a person has refused: that answer is no policy's.
        return standing.Obligations.Credential is null
            && (isDenied || context.Task.History.ApprovalsAsked == 0 || !approvals.WasRefused(context));
    }

    /// <summary>Approvals that cannot be left out join the others: who is asked is shown all of it. A denied call asks for its own only.</summary>
    private static Standing WithObservedApprovals(Standing standing)
    {
        if (standing.Observed is not null || standing.ObservedApprovals.IsDefaultOrEmpty)
        {
            return standing;
        }

        Obligations.TryCombine(standing.Obligations, new Obligations { Approvals = standing.ObservedApprovals }, out Obligations? all);
        return standing with { Obligations = all! };
    }

    private static Decision WouldAsk(Standing standing) =>
        new(
            DecisionOutcome.RequireApproval, ReasonCodes.ApprovalRequired,
            $"It would wait for the approval of {InWords(standing.ObservedApprovals)}.", standing.Policies, standing.Errors) { Request = standing.Request };

    private static Decision RunObserved(Standing standing, Decision wouldBe, ApprovalId? approval) =>
        new(
            DecisionOutcome.Permit, ReasonCodes.Observed, $"Policy is observed, not enforced. Enforced, it would be {wouldBe}",
            wouldBe.DeterminingPolicies, standing.Errors, approval)
        {
            WouldBe = wouldBe,
            Request = wouldBe.Request,
        };

    private static Decision WithoutCredential(Decision denied, string credential) =>
        new(
            denied.Outcome, denied.ReasonCode,
            $"{denied.Explanation} Policy is observed, not enforced, but the call needs the credential '{credential}', which no call gets that policy denies; so it cannot run.",
            denied.DeterminingPolicies, denied.PolicyErrors)
        {
            Request = denied.Request,
        };
}
