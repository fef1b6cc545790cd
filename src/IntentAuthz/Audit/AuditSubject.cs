namespace IntentAuthz;

/// <summary>The facts about a task that all its audit records share. Immutable; one instance a task.</summary>
public sealed class AuditSubject
{
    internal AuditSubject(AgentTask task)
    {
        Task = task.Id;
        Purpose = task.Purpose;
        Agent = task.Agent.Id;
        Owner = task.Owner;
        OnBehalfOf = task.Delegation.User?.ToString();
    }

    private AuditSubject(AuditSubject other, string purpose)
    {
        Task = other.Task;
        Purpose = purpose;
        Agent = other.Agent;
        Owner = other.Owner;
        OnBehalfOf = other.OnBehalfOf;
    }

    /// <summary>The task.</summary>
    public TaskId Task { get; }

    /// <summary>What it is for.</summary>
    public string Purpose { get; }

    /// <summary>The agent.</summary>
    public AgentId Agent { get; }

    /// <summary>Who answers for the agent.</summary>
    public string Owner { get; }

    /// <summary>The user at the root of the delegation, or null.</summary>
    public string? OnBehalfOf { get; }

    /// <summary>The same with another purpose: an agent words that of its sub-tasks, and may have heard a secret.</summary>
    internal AuditSubject WithPurpose(string purpose) => new(this, purpose);
}
