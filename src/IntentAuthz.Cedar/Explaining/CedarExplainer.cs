using IntentAuthz.Cedar.Explaining;

namespace IntentAuthz.Cedar;

/// <summary>
/// Says why a request is decided as it is, and what would have to differ. Much slower than deciding: for people, after the fact. All members
/// are pure and safe to call from any thread. What they do is bounded; where the bound is reached, the explanation says so.
/// </summary>
public static class CedarExplainer
{
    private const int MaxNear = 8;
    private const int MaxApplied = 16;
    private const int MaxCompared = 1_000; // to find those that come nearest

    /// <summary>Explains a request against one policy set.</summary>
    /// <param name="request">The request.</param>
    /// <param name="policies">The policies.</param>
    /// <param name="entities">Where entities are found; asked many times. An exception it throws passes through.</param>
    /// <param name="vocabulary">What things are called; null for the names that policies use.</param>
    public static CedarExplanation Explain(CedarRequest request, PolicySet policies, IEntityProvider entities, CedarVocabulary? vocabulary = null) =>
        Explain(request, [new PolicyLayer("policies", policies)], entities, vocabulary);

    /// <summary>Explains a request against several policy sets that all have to accept it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="layers">At least one.</param>
    /// <param name="entities">Where entities are found; asked many times. An exception it throws passes through.</param>
    /// <param name="vocabulary">What things are called; null for the names that policies use.</param>
    public static CedarExplanation Explain(CedarRequest request, IReadOnlyList<PolicyLayer> layers, IEntityProvider entities, CedarVocabulary? vocabulary = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(entities);
        ArgumentOutOfRangeException.ThrowIfZero(layers.Count, nameof(layers));
        vocabulary ??= CedarVocabulary.Plain;
        var refusing = new List<string>();
        var traces = new List<PolicyTrace>();
        var omitted = 0;
        foreach (var layer in layers)
        {
            var response = CedarAuthorizer.Authorize(request, layer.Policies, entities);
            var accepts = response.Decision == CedarDecision.Allow && layer.Accept(response);
            if (!accepts)
            {
                refusing.Add(layer.Name);
            }

            omitted += Trace(layer, response, accepts, new(request, entities, vocabulary), request, entities, traces);
        }

        var isComplete = true;
        var suggestions = refusing.Count == 0 ? [] : ChangeSearch.Find(request, entities, layers, vocabulary, out isComplete);
        return new(refusing.Count == 0, traces, omitted, suggestions, isComplete, refusing);
    }

    // What applied and what failed always; where a permit is missing, those that come nearest to applying.
    private static int Trace(
        PolicyLayer layer, CedarResponse response, bool accepts, PolicyTracer tracer, CedarRequest request, IEntityProvider entities, List<PolicyTrace> traces)
    {
        var omitted = Math.Max(0, response.Reasons.Count - MaxApplied) + Math.Max(0, response.Errors.Count - MaxApplied);
        foreach (var id in response.Reasons.Take(MaxApplied).Concat(response.Errors.Take(MaxApplied).Select(static error => error.PolicyId)))
        {
            traces.Add(tracer.Trace(layer, layer.Policies.Find(id)!));
        }

        if (accepts || response.Reasons.Count > 0)
        {
            return omitted;
        }

        var failed = response.Errors.Select(static error => error.PolicyId).ToHashSet(StringComparer.Ordinal);
        var near = layer.Policies.Policies
            .Where(policy => policy.Effect == PolicyEffect.Permit && !failed.Contains(policy.Id) && PolicyTracer.IsAbout(policy, request, entities))
            .ToList();
        traces.AddRange(near.Take(MaxCompared).Select(policy => tracer.Trace(layer, policy)).OrderBy(static trace => trace.Conditions.Count).Take(MaxNear));
        return omitted + Math.Max(0, near.Count - MaxNear);
    }
}
