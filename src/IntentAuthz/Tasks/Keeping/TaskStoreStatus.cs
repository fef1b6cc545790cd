namespace IntentAuthz;

/// <summary>How tasks stand with their store: what a health check and an operator look at.</summary>
public sealed record TaskStoreStatus
{
    /// <summary>Whether tasks are kept in a store that outlives the process.</summary>
    public required bool IsDurable { get; init; }

    /// <summary>How many tasks have changes, or an end, that could not be written yet. Their calls are denied until they are.</summary>
    public required int TasksBehind { get; init; }

    /// <summary>How many writes have failed since the start; each is tried again.</summary>
    public required long FailedWrites { get; init; }

    /// <summary>The type of the last fault of the store, or null when what was last tried succeeded. The log has the rest.</summary>
    public required string? LastFault { get; init; }
}
