using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What ending a task did: which leases went, and what may still be honoured somewhere.</summary>
/// <param name="Decision">Whether the caller might end it.</param>
/// <param name="State">The state the task is in now.</param>
/// <param name="Residuals">One entry a lease, with the window in which its credential may still be honoured.</param>
public sealed record TaskEnd(Decision Decision, TaskState State, ImmutableArray<ResidualWindow> Residuals)
{
    /// <summary>Whether it is written down that the task is over, where tasks are kept in a store. False: it holds here, and is tried again until it is written.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Whether this ended the task and every lease was confirmed to be unmade. A second end knows nothing of the leases and confirms nothing.</summary>
    public bool IsConfirmed => Decision.IsPermitted && Residuals.All(static r => r.Confirmed);
}
