namespace IntentAuthz;

/// <summary>How the registry stands with its store: what a health check and an operator look at.</summary>
public sealed record RevocationStatus
{
    /// <summary>Whether enough is known to permit calls. When false every call is denied with <see cref="ReasonCodes.RevocationUnknown"/>.</summary>
    public required bool IsKnown { get; init; }

    /// <summary>How old the knowledge is; null when the store has not been read yet, zero when nobody else writes to it.</summary>
    public required TimeSpan? Age { get; init; }

    /// <summary>How many entries there are.</summary>
    public required int Entries { get; init; }

    /// <summary>How many revocations and liftings wait to be written. They hold in this process already.</summary>
    public required int PendingWrites { get; init; }

    /// <summary>How many writes have failed since the start; each is tried again.</summary>
    public required long FailedWrites { get; init; }

    /// <summary>How many reads have failed since the start.</summary>
    public required long FailedReads { get; init; }

    /// <summary>The type of the last fault of the store, or null when what was last tried succeeded. The log has the rest.</summary>
    public required string? LastFault { get; init; }
}
