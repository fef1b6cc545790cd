using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What must hold for one call. Immutable.</summary>
public sealed class ContainmentRequest
{
    internal ContainmentRequest(Guard guard, CallId call, AgentTask task, ToolDescriptor tool, ImmutableArray<string> profiles, ContainmentBounds bounds, string? workspace)
    {
        Guard = guard;
        Call = call;
        Task = task;
        Tool = tool;
        Profiles = profiles;
        Bounds = bounds;
        Workspace = workspace;
    }

    /// <summary>The guard that asks, for calls that are made from within the containment.</summary>
    public Guard Guard { get; }

    /// <summary>The guard's id of the call: calls made from within it, such as those of its network proxy, name it as their parent.</summary>
    public CallId Call { get; }

    /// <summary>The task.</summary>
    public AgentTask Task { get; }

    /// <summary>The tool.</summary>
    public ToolDescriptor Tool { get; }

    /// <summary>The profiles that policies and the descriptor ask for.</summary>
    public ImmutableArray<string> Profiles { get; }

    /// <summary>What is granted: the intersection of the profiles with the mandates of the task and of all above it. No member is null, and the ids are in place.</summary>
    public ContainmentBounds Bounds { get; }

    /// <summary>The directory to begin in, which lies in what may be written; null for none.</summary>
    public string? Workspace { get; }
}
