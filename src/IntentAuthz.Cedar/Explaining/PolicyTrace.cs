namespace IntentAuthz.Cedar;

/// <summary>What became of one policy for one request, and why. Immutable.</summary>
public sealed class PolicyTrace
{
    internal PolicyTrace(PolicyLayer layer, Policy policy, PolicyTraceOutcome outcome, IReadOnlyList<ConditionTrace> conditions, PolicyError? error)
    {
        Layer = layer.Name;
        PolicyId = policy.Id;
        Effect = policy.Effect;
        Description = policy.FindAnnotation("description")?.Value is { Length: > 0 } text ? text : null;
        Annotations = policy.Annotations;
        Source = policy.Source;
        Outcome = outcome;
        Conditions = conditions;
        Error = error;
    }

    /// <summary>The name of the layer it belongs to.</summary>
    public string Layer { get; }

    /// <summary>The policy.</summary>
    public string PolicyId { get; }

    /// <summary>Permit or forbid.</summary>
    public PolicyEffect Effect { get; }

    /// <summary>The text of its <c>@description</c>, as its author wrote it, or null.</summary>
    public string? Description { get; }

    /// <summary>All of its annotations: a product may read obligations from them.</summary>
    public IReadOnlyList<PolicyAnnotation> Annotations { get; }

    /// <summary>Where it stands; unknown for a policy that was not read from text.</summary>
    public SourceSpan Source { get; }

    /// <summary>What became of it.</summary>
    public PolicyTraceOutcome Outcome { get; }

    /// <summary>
    /// For a policy that applied: what held, in source order. Else what did not, in source order; the first is the one at which evaluation
    /// ended, the others would have stopped it too. At most sixteen.
    /// </summary>
    public IReadOnlyList<ConditionTrace> Conditions { get; }

    /// <summary>Why it could not be evaluated, or null.</summary>
    public PolicyError? Error { get; }

    /// <summary>The annotations that are not only remarks, for a sentence; empty for none.</summary>
    internal string Asks => string.Join(" and ", Annotations.Where(static a => a.Name is not ("id" or "description")).Take(4).Select(static a => $"@{a.Name}(\"{ExplanationText.Shown(a.Value)}\")"));

    internal string Title => $"“{ExplanationText.Shown(PolicyId)}”{(Description is null ? "" : $" ({ExplanationText.Shown(Description)})")}";
}
