using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Evaluates loaded policies by the rules of this library, which are stricter than Cedar's own in one place: an error in a forbid, or in a
/// permit that carries obligations, denies, because what could not be evaluated might have denied or asked.
/// </summary>
internal static class PolicyEvaluation
{
    /// <summary>Whether some call that fits what is known could get a permit by these rules.</summary>
    internal static bool CouldPermit(LoadedPolicies policies, PartialPolicyRequest request)
    {
        PartialResponse response = CedarAuthorizer.AuthorizePartially(request.Request, policies.Set, request.Entities);
        return response.CouldAllow && !response.Errors.Any(e => policies.ErrorDenies(e.PolicyId));
    }

    /// <summary>
    /// The verdict that holds whatever the unknown parts of a request turn out to be, or null where it depends on them. Of a denial the reason
    /// can be another one then, never the effect; of a permit the obligations are those.
    /// </summary>
    internal static Verdict? Conclude(LoadedPolicies policies, PartialResponse response)
    {
        ImmutableArray<string> errors = [.. response.Errors.Select(static e => $"{e.PolicyId}: {e.Message}")];
        string[] denying = [.. response.Errors.Select(static e => e.PolicyId).Where(policies.ErrorDenies)];
        if (response.Decision == CedarDecision.Deny && response.Applied.Any(id => policies.Set.Find(id)!.Effect == PolicyEffect.Forbid))
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.Forbidden, [.. response.Applied.Where(id => policies.Set.Find(id)!.Effect == PolicyEffect.Forbid)], errors);
        }

        if (denying.Length > 0)
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.PolicyError, [.. denying], errors);
        }

        if (response.Decision == CedarDecision.Deny)
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.NoPermit, [], errors);
        }

        // A permit that may apply too, or fail, would ask for something or deny.
        return response.Decision is null || response.Residuals.Policies.Any(p => policies.ErrorDenies(p.Id)) ? null : Permit(policies, response.Applied, errors);
    }

    /// <summary>What policies answer. They read of the context what they need; what they mention besides is built only where somebody will want to know why.</summary>
    internal static Verdict Evaluate(LoadedPolicies policies, PolicyRequest request)
    {
        Verdict verdict = Conclude(policies, request.Ask(policies));
        if (verdict.Effect != VerdictEffect.Permit || !verdict.Errors.IsEmpty || !verdict.Obligations.Approvals.IsEmpty)
        {
            request.BuildMentioned(policies); // now, since the history moves on
        }

        return verdict;
    }

    /// <summary>What Cedar's answer comes to by the rules of this library.</summary>
    internal static Verdict Conclude(LoadedPolicies policies, CedarResponse response)
    {
        ImmutableArray<string> errors = [];
        ImmutableArray<string> denying = [];
        if (response.Errors.Count > 0)
        {
            errors = [.. response.Errors.Select(static e => $"{e.PolicyId}: {e.Message}")];
            denying = [.. response.Errors.Select(static e => e.PolicyId).Where(policies.ErrorDenies)];
        }

        if (response.Decision == CedarDecision.Deny && response.Reasons.Count > 0)
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.Forbidden, [.. response.Reasons], errors);
        }

        if (!denying.IsEmpty)
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.PolicyError, denying, errors);
        }

        if (response.Decision == CedarDecision.Deny)
        {
            return new Verdict(VerdictEffect.Deny, ReasonCodes.NoPermit, [], errors);
        }

        return Permit(policies, response.Reasons, errors);
    }

    private static Verdict Permit(LoadedPolicies policies, IReadOnlyList<string> permits, ImmutableArray<string> errors)
    {
        if (permits.Count == 1 && errors.IsEmpty)
        {
            return policies.PermitOf(permits[0]);
        }

        Obligations obligations = Obligations.None;
        for (int i = 0; i < permits.Count; i++)
        {
            if (!Obligations.TryCombine(obligations, policies.ObligationsOf(permits[i]), out Obligations? combined))
            {
                return new Verdict(VerdictEffect.Deny, ReasonCodes.ConflictingObligations, [.. permits], errors);
            }

            obligations = combined;
        }

        return new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, [.. permits], errors, obligations);
    }
}
