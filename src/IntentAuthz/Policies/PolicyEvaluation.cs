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

    internal static Verdict Evaluate(LoadedPolicies policies, PolicyRequest request)
    {
        CedarResponse response = policies.Compiled.Authorize(
            new CedarRequest(request.Principal, request.Action, request.Resource, request.Select(policies.Needs.For(request.Action, request.Entities))),
            request.Entities);
        return Conclude(policies, response);
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

        Obligations obligations = Obligations.None;
        foreach (string id in response.Reasons)
        {
            if (!Obligations.TryCombine(obligations, policies.ObligationsOf(id), out Obligations? combined))
            {
                return new Verdict(VerdictEffect.Deny, ReasonCodes.ConflictingObligations, [.. response.Reasons], errors);
            }

            obligations = combined;
        }

        return new Verdict(VerdictEffect.Permit, ReasonCodes.Permitted, [.. response.Reasons], errors, obligations);
    }
}
