using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// The call a tool is running in, so that calls it makes can name it as their parent. It flows with the tool's own execution and grants
/// nothing: a guarded function acts for the task it is bound to, whatever stands here.
/// </summary>
/// <param name="Task">The task of the call.</param>
/// <param name="Call">The guard's id of the call.</param>
/// <param name="Arguments">What the tool was given.</param>
internal sealed record CallScope(AgentTask Task, CallId Call, KernelArguments Arguments)
{
    private static readonly AsyncLocal<CallScope?> s_current = new();

    /// <summary>Setting it inside an async method holds for that method and what it calls, and is undone when it returns.</summary>
    internal static CallScope? Current
    {
        get => s_current.Value;
        set => s_current.Value = value;
    }

    /// <summary>The parent of a call of the task: the running call of that task or of one above it. A call of an unrelated task is not its parent.</summary>
    internal static CallId? ParentFor(AgentTask task)
    {
        if (Current is { } current)
        {
            for (AgentTask? above = task; above is not null; above = above.Parent)
            {
                if (ReferenceEquals(above, current.Task))
                {
                    return current.Call;
                }
            }
        }

        return null;
    }
}
