using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>A root task as a store keeps it: what an operator has to see, and the notes that bring it back as it was.</summary>
public sealed record TaskRecord
{
    /// <summary>Which.</summary>
    public required TaskId Id { get; init; }

    /// <summary>Whose.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>Who works.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Who answers for it.</summary>
    public required string Owner { get; init; }

    /// <summary>What for.</summary>
    public required string Purpose { get; init; }

    /// <summary>The links of its delegation, the oldest first: what revoking any of them ends.</summary>
    public required ImmutableArray<DelegationLink> Links { get; init; }

    /// <summary>When it was opened, in wall-clock time.</summary>
    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it ends by itself, in wall-clock time.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Where it is: pending, active or suspended.</summary>
    public required TaskState State { get; init; }

    /// <summary>Says for which request it was opened, without saying what the request says: 64 hexadecimal digits, keyed by the task's id.</summary>
    public required string RequestDigest { get; init; }

    /// <summary>The notes.</summary>
    public ImmutableArray<TaskNote> Notes { get; init; } = [];
}
