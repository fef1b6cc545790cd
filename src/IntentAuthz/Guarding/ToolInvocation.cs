using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a tool receives of a call: the arguments that were decided on, and the credential. Valid for the time of the call. Whoever
/// keeps it longer, or keeps a decision that is explained with it, keeps neither credential nor containment, which it has none of from the end of the
/// call on, and does keep the arguments, the host's own among them. So nobody takes a null credential for a call that needs none, except within it.
/// Safe for use by many threads.
/// </summary>
/// <remarks>Only the library derives from it: the guard hands out the call itself, so that a call makes no object more for its tool.</remarks>
public abstract class ToolInvocation
{
    private protected ToolInvocation()
    {
    }

    /// <summary>The guard's id of the call; a call made from within the tool names it as its parent.</summary>
    public abstract CallId Id { get; }

    /// <summary>The task.</summary>
    public abstract AgentTask Task { get; }

    /// <summary>The tool.</summary>
    public abstract ToolDescriptor Tool { get; }

    /// <summary>The arguments: defaults filled in, nulls removed.</summary>
    public abstract JsonElement Arguments { get; }

    /// <summary>The host's own arguments, or null.</summary>
    public abstract IReadOnlyDictionary<string, HostValue>? HostArguments { get; }

    /// <summary>The credential, when the tool or a permit asks for one; null once the call has ended.</summary>
    public abstract LeasedCredential? Credential { get; }

    /// <summary>What the call runs in, when the tool or a permit asks for containment. It ends with the call, and is null from then on.</summary>
    public abstract CallContainment? Containment { get; }

    /// <summary>
    /// Takes live secrets out of bytes that a tool streams to somebody else than its caller, such as the child process whose request it forwards.
    /// What the tool returns is searched by the guard in any case.
    /// </summary>
    public StreamScrubber CreateStreamScrubber() => new(Task.GuardIdentity.Scrubber);
}
