using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a tool receives: the snapshot of the arguments that was decided on, and the credential. Valid for the time of the call.</summary>
public sealed class ToolInvocation
{
    internal ToolInvocation(
        CallId id, AgentTask task, ToolDescriptor tool, JsonElement arguments, IReadOnlyDictionary<string, HostValue>? hostArguments, LeasedCredential? credential,
        CallContainment? containment)
    {
        Id = id;
        Task = task;
        Tool = tool;
        Arguments = arguments;
        HostArguments = hostArguments;
        Credential = credential;
        Containment = containment;
    }

    /// <summary>The guard's id of the call; a call made from within the tool names it as its parent.</summary>
    public CallId Id { get; }

    /// <summary>The task.</summary>
    public AgentTask Task { get; }

    /// <summary>The tool.</summary>
    public ToolDescriptor Tool { get; }

    /// <summary>The arguments: defaults filled in, nulls removed.</summary>
    public JsonElement Arguments { get; }

    /// <summary>The host's own arguments, or null.</summary>
    public IReadOnlyDictionary<string, HostValue>? HostArguments { get; }

    /// <summary>The credential, when the tool or a permit asks for one.</summary>
    public LeasedCredential? Credential { get; }

    /// <summary>What the call runs in, when the tool or a permit asks for containment. It ends with the call.</summary>
    public CallContainment? Containment { get; }

    /// <summary>
    /// Takes live secrets out of bytes that a tool streams to somebody else than its caller, such as the child process whose request it forwards.
    /// What the tool returns is searched by the guard in any case.
    /// </summary>
    public StreamScrubber CreateStreamScrubber() => new(Scrubber);

    internal SecretScrubber? Scrubber { get; init; }
}
