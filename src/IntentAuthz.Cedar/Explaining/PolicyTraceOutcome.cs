namespace IntentAuthz.Cedar;

/// <summary>What became of a policy for one request.</summary>
public enum PolicyTraceOutcome
{
    /// <summary>Its scope or a condition did not hold.</summary>
    NotApplied = 0,

    /// <summary>Its scope and all conditions held.</summary>
    Applied,

    /// <summary>It could not be evaluated.</summary>
    Failed,
}
