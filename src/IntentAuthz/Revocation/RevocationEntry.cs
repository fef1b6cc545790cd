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

    /// <summary>
    /// The incident whose freezing or revoking laid it; null where nobody's incident did. Reopening an incident lifts what that incident laid, and
    /// nothing else. A stop that no incident laid takes the place of one that an incident did.
    /// </summary>
    public IncidentId? Incident { get; init; }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>From when on it can be forgotten, since what it revokes could not be valid any more; null for a standing stop, which holds until it is lifted.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>
    /// What stands once another revocation of the same target has come: the first, for as long as the longer of the two. One that no incident laid
    /// is not lifted with an incident, so it stands in the place of one that an incident laid, whichever came first.
    /// </summary>
    internal RevocationEntry Joined(RevocationEntry other)
    {
        DateTimeOffset? expires = ExpiresAt is null || other.ExpiresAt is null ? null : ExpiresAt > other.ExpiresAt ? ExpiresAt : other.ExpiresAt;
        RevocationEntry standing = Incident is not null && other.Incident is null ? other : this;
        return standing.ExpiresAt == expires ? standing : standing with { ExpiresAt = expires };
    }
}
