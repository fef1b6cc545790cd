namespace IntentAuthz;

/// <summary>A task that has not ended.</summary>
/// <param name="Id">Which.</param>
/// <param name="Tenant">Whose.</param>
/// <param name="Agent">Who works.</param>
/// <param name="Owner">Who answers for it.</param>
/// <param name="Purpose">What for.</param>
/// <param name="State">Where it is.</param>
/// <param name="Parent">The task it is part of, or null.</param>
/// <param name="OpenedAt">When it was opened, in wall-clock time.</param>
/// <param name="ExpiresAt">When it ends by itself, in wall-clock time.</param>
public sealed record LiveTask(
    TaskId Id, TenantId Tenant, AgentId Agent, string Owner, string Purpose, TaskState State, TaskId? Parent, DateTimeOffset OpenedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>Whether no process runs it: its own has ended, and <see cref="TaskRegistry.RestoreAsync"/> brings it back. Until then it is suspended.</summary>
    public bool IsHeld { get; init; }
}
