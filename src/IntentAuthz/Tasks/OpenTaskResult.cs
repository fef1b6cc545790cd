using System.Diagnostics.CodeAnalysis;

namespace IntentAuthz;

/// <summary>What became of opening a task.</summary>
public sealed class OpenTaskResult
{
    internal OpenTaskResult(Decision decision, AgentTask? task)
    {
        Decision = decision;
        Task = task;
    }

    /// <summary>Whether the task was opened, and why.</summary>
    public Decision Decision { get; }

    /// <summary>The task: active after a Permit, pending after RequireApproval, null after a Deny. One that was restored can also be suspended, as it was.</summary>
    public AgentTask? Task { get; }

    /// <summary>Whether the task is open and active.</summary>
    [MemberNotNullWhen(true, nameof(Task))]
    public bool IsOpen => Task is { State: not TaskState.Suspended } && Decision.IsPermitted;

    /// <summary>The active task, for hosts that treat a refusal as an error.</summary>
    /// <exception cref="InvalidOperationException">The task was not opened; the message says why.</exception>
    public AgentTask GetTaskOrThrow() =>
        IsOpen ? Task : throw new InvalidOperationException($"The task was not opened: {Decision}");
}
