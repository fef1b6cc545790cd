using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// The record that a credential lives: whose it is, where it is good, until when, and all that is needed to unmake it. It holds no secret. It
/// is written before the back end is asked, so no credential lives without one. Immutable; each step of a lease's life is a new record.
/// </summary>
public sealed record Lease
{
    /// <summary>The lease's id.</summary>
    public required LeaseId Id { get; init; }

    /// <summary>The tenant.</summary>
    public required TenantId Tenant { get; init; }

    /// <summary>The task it serves.</summary>
    public required TaskId Task { get; init; }

    /// <summary>The agent it is bound to.</summary>
    public required AgentId Agent { get; init; }

    /// <summary>Who answers for the agent.</summary>
    public required string Owner { get; init; }

    /// <summary>The name of the profile it was made by.</summary>
    public required string Profile { get; init; }

    /// <summary>The name of the issuer that made it, and unmakes it.</summary>
    public required string Issuer { get; init; }

    /// <summary>The one target service it is good for.</summary>
    public required string Audience { get; init; }

    /// <summary>What it may do there: the profile's scopes that the mandates of its task and of all tasks above leave.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The one call it serves, when it was made for an approved call; null when it serves its task.</summary>
    public CallId? OnlyFor { get; init; }

    /// <summary>When it was asked for, in wall-clock time.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends by itself unless it is renewed, in wall-clock time.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Until when it can be renewed, in wall-clock time; not before <see cref="ExpiresAt"/>.</summary>
    public required DateTimeOffset RenewableUntil { get; init; }

    /// <summary>Until when the back end honours the credential, by the issuer's word: later than <see cref="ExpiresAt"/> where it made more than was asked for.</summary>
    public required DateTimeOffset HonouredUntil { get; init; }

    /// <summary>What the issuer needs to unmake it besides the id, or null. No secret.</summary>
    public string? Handle { get; init; }

    /// <summary>Where it is in its life.</summary>
    public LeaseState State { get; init; }

    /// <summary>How often unmaking it has failed.</summary>
    public int FailedAttempts { get; init; }

    /// <summary>Whether unmaking it has failed so often that an operator should look. It is tried on all the same.</summary>
    public bool IsIrrevocable { get; init; }

    /// <summary>Id, profile and audience, for logs.</summary>
    public override string ToString() => $"{Id} ({Profile} at {Audience}, {State.ToString().ToLowerInvariant()})";
}
