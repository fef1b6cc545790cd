using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What is still live of what an incident is about.</summary>
public sealed record IncidentLive
{
    /// <summary>Tasks of this process that have not ended, sub-tasks among them, and those that no process runs.</summary>
    public required ImmutableArray<LiveTask> Tasks { get; init; }

    /// <summary>Calls in flight in this process.</summary>
    public required ImmutableArray<LiveCall> Calls { get; init; }

    /// <summary>Leases that are not over, of all processes that share the store.</summary>
    public required ImmutableArray<Lease> Leases { get; init; }

    /// <summary>Approval requests that wait for people in this process.</summary>
    public required ImmutableArray<ApprovalId> Approvals { get; init; }

    /// <summary>False when a store could not be read: what is listed is what this process knows by itself.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Whether nothing is listed.</summary>
    public bool IsEmpty => Tasks.IsEmpty && Calls.IsEmpty && Leases.IsEmpty && Approvals.IsEmpty;
}
