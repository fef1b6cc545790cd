namespace IntentAuthz.Cedar;

/// <summary>The answer to a request: the decision, the policies that determined it and the policies that failed.</summary>
public sealed class CedarResponse
{
    internal CedarResponse(CedarDecision decision, IReadOnlyList<string> reasons, IReadOnlyList<PolicyError> errors)
    {
        Decision = decision;
        Reasons = reasons;
        Errors = errors;
    }

    /// <summary>Allow or Deny.</summary>
    public CedarDecision Decision { get; }

    /// <summary>
    /// Ids of the determining policies, in the order of the set: the forbids that applied, or else the permits that did.
    /// Empty when the request was denied by default.
    /// </summary>
    public IReadOnlyList<string> Reasons { get; }

    /// <summary>Policies that could not be evaluated, in the order of the set. A policy that errors does not apply.</summary>
    public IReadOnlyList<PolicyError> Errors { get; }
}
