using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Partial;

namespace IntentAuthz.Cedar;

/// <summary>Decides requests. All members are pure and safe to call from any thread.</summary>
public static class CedarAuthorizer
{
    /// <summary>
    /// Decides a request: Allow when at least one permit applies and no forbid does, else Deny. A policy that cannot be evaluated
    /// does not apply and is reported; whoever must deny on that reads <see cref="CedarResponse.Errors"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="policies">The policies; all are evaluated.</param>
    /// <param name="entities">Where entities are found. An exception it throws passes through.</param>
    public static CedarResponse Authorize(CedarRequest request, PolicySet policies, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(entities);
        var interpreter = new Interpreter(request, entities);
        var permits = new List<string>();
        var forbids = new List<string>();
        var errors = new List<PolicyError>();
        foreach (var policy in policies.PolicyArray)
        {
            switch (interpreter.IsSatisfied(policy))
            {
                case true:
                    (policy.Effect == PolicyEffect.Permit ? permits : forbids).Add(policy.Id);
                    break;
                case null:
                    errors.Add(interpreter.Explain(policy));
                    break;
                case false:
                    break;
            }
        }

        return forbids.Count > 0
            ? new(CedarDecision.Deny, forbids, errors)
            : new(permits.Count > 0 ? CedarDecision.Allow : CedarDecision.Deny, permits, errors);
    }

    /// <summary>
    /// Decides a request of which parts are unknown, as far as that goes, and reduces the policies to what depends on the unknown
    /// parts: to ask whether a request could be allowed at all, or to decide many requests that share all but a part.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="policies">The policies; all are evaluated.</param>
    /// <param name="entities">Where entities are found: an entity that the request or a policy names and that is not found does not
    /// exist, as for <see cref="Authorize"/>; it is not unknown.</param>
    public static PartialResponse AuthorizePartially(PartialRequest request, PolicySet policies, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(entities);
        return new PartialAuthorizer(request, policies, entities).Authorize();
    }
}
