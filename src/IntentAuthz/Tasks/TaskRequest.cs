using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a new task is to be: who works, what for, what it may do, for how long.</summary>
public sealed class TaskRequest
{
    /// <summary>The longest life of a task: seven days.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    /// <summary>The longest user request, in characters.</summary>
    public const int MaxUserRequest = 64 * 1024;

    /// <summary>Declares the task.</summary>
    /// <param name="agent">Who works.</param>
    /// <param name="purpose">What for, in a few words; policy reads it as <c>context.task.purpose</c>.</param>
    /// <param name="mandate">What it may do.</param>
    /// <param name="lifetime">For how long, more than zero and at most <see cref="MaxLifetime"/>. A sub-task ends with its parent.</param>
    /// <exception cref="ArgumentException">A value is missing or out of range.</exception>
    public TaskRequest(AgentIdentity agent, string purpose, Mandate mandate, TimeSpan lifetime)
    {
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(mandate);
        if (lifetime <= TimeSpan.Zero || lifetime > MaxLifetime)
        {
            throw new ArgumentException($"A task lives more than zero and at most {MaxLifetime.TotalDays} days.", nameof(lifetime));
        }

        Agent = agent;
        Purpose = Identifier.Validate(purpose, "purpose");
        Mandate = mandate;
        Lifetime = lifetime;
    }

    /// <summary>Who works.</summary>
    public AgentIdentity Agent { get; }

    /// <summary>What for.</summary>
    public string Purpose { get; }

    /// <summary>What it may do.</summary>
    public Mandate Mandate { get; }

    /// <summary>For how long.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>On whose behalf. A sub-task takes its parent's chain.</summary>
    public Delegation Delegation { get; init; } = Delegation.None;

    /// <summary>
    /// What the user asked for, word for word, as the host authenticated it: values in it count as the user's own. Never text that was
    /// pasted, remembered or read. A sub-task has none of its own.
    /// </summary>
    public string? UserRequest { get; init; }

    /// <summary>
    /// What a planner proposes that the task needs, from the user's request alone; null to let the host's <see cref="IMandateProposer"/> propose,
    /// where there is one. It narrows the mandate. A sub-task's holds beside those of the tasks above it.
    /// </summary>
    public MandateProposal? Proposal { get; init; }

    /// <summary>What becomes of a call outside of the proposal.</summary>
    public OutsideProposal Outside { get; init; }

    /// <summary>Values the task was opened with, a JSON object; in a root task they count as the host's own.</summary>
    public JsonElement? Parameters { get; init; }
}
