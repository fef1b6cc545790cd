namespace IntentAuthz;

/// <summary>That something was revoked: by whom, when, why and because of what.</summary>
public sealed record RevocationEntry
{
    /// <summary>What.</summary>
    public required RevocationTarget Target { get; init; }

    /// <summary>Who, or null for the holder of the operator key or for the library itself.</summary>
    public Principal? By { get; init; }

    /// <summary>Why, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>What brought it about.</summary>
    public required RevocationCause Cause { get; init; }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>From when on it can be forgotten, since what it revokes could not be valid any more; null for a standing stop, which holds until it is lifted.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
