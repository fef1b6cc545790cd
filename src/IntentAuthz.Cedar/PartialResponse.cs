namespace IntentAuthz.Cedar;

/// <summary>
/// What can be said of a request before all of it is known: which policies apply and which fail whatever the unknown parts turn
/// out to be, and what is left of the others. Immutable and safe to share.
/// </summary>
public sealed class PartialResponse
{
    private readonly PolicySet _policies;
    private readonly IReadOnlyList<string> _forbids;
    private readonly IReadOnlyList<string> _permits;

    internal PartialResponse(
        PolicySet policies, IReadOnlyList<string> forbids, IReadOnlyList<string> permits, IReadOnlyList<PolicyError> errors,
        PolicySet residuals, bool couldForbid, bool couldPermit)
    {
        _policies = policies;
        _forbids = forbids;
        _permits = permits;
        Errors = errors;
        Applied = InOrder(forbids.Concat(permits));
        Residuals = residuals;
        CouldAllow = forbids.Count == 0 && (permits.Count > 0 || couldPermit);
        Decision = !CouldAllow ? CedarDecision.Deny
            : permits.Count > 0 && !couldForbid ? CedarDecision.Allow
            : null;
    }

    /// <summary>The decision, where it is the same whatever the unknown parts are; else null.</summary>
    public CedarDecision? Decision { get; }

    /// <summary>
    /// Whether the request may still be allowed. False is certain: no completion of the request is. True only says that nothing
    /// spoke against it yet.
    /// </summary>
    public bool CouldAllow { get; }

    /// <summary>Ids of the policies, forbids or permits, that apply whatever the unknown parts are; in the order of the set.</summary>
    public IReadOnlyList<string> Applied { get; }

    /// <summary>Policies that fail whatever the unknown parts are; in the order of the set.</summary>
    public IReadOnlyList<PolicyError> Errors { get; }

    /// <summary>
    /// The policies whose outcome depends on the unknown parts, under their ids and with their annotations, reduced to what
    /// depends on them. They are ordinary policies: for a complete request they say what the originals say.
    /// </summary>
    public PolicySet Residuals { get; }

    /// <summary>Decides the request once it is complete: only the residuals are evaluated, and the answer is that of the whole set.</summary>
    /// <param name="request">The request. Where the partial request was known, it is the same; this is not checked.</param>
    /// <param name="entities">The entities; for those that were found before, the same.</param>
    public CedarResponse Complete(CedarRequest request, IEntityProvider entities)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(entities);
        var rest = CedarAuthorizer.Authorize(request, Residuals, entities);
        var restForbids = rest.Reasons.Any(id => Residuals.Find(id)!.Effect == PolicyEffect.Forbid);
        var forbids = _forbids.Concat(restForbids ? rest.Reasons : []);
        var permits = _permits.Concat(restForbids ? [] : rest.Reasons);
        var reasons = InOrder(forbids.Any() ? forbids : permits);
        var errors = Errors.Concat(rest.Errors).ToDictionary(error => error.PolicyId, StringComparer.Ordinal);
        return new(
            !forbids.Any() && permits.Any() ? CedarDecision.Allow : CedarDecision.Deny,
            reasons,
            [.. InOrder(errors.Keys).Select(id => errors[id])]);
    }

    private string[] InOrder(IEnumerable<string> ids)
    {
        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        return wanted.Count == 0 ? [] : [.. _policies.Policies.Select(policy => policy.Id).Where(wanted.Contains)];
    }
}
