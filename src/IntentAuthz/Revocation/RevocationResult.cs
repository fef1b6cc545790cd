using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What became of revoking or lifting: whether it was done, what it stopped, what it could not reach at once, and whether it outlives the process.</summary>
public sealed record RevocationResult
{
    /// <summary>Whether the caller might do it.</summary>
    public required Decision Decision { get; init; }

    /// <summary>Whether it was done. What was permitted is done.</summary>
    public bool IsPermitted => Decision.IsPermitted;

    /// <summary>
    /// Whether it is written in a store that outlives the process. When false it holds in this process all the same, and, where there is a store,
    /// writing it is tried until it succeeds.
    /// </summary>
    public bool IsDurable { get; init; }

    /// <summary>How many calls in flight were cancelled.</summary>
    public int CallsCancelled { get; init; }

    /// <summary>One entry for each lease that was unmade, with the window in which its credential may still be honoured.</summary>
    public ImmutableArray<ResidualWindow> Residuals { get; init; } = [];
}
