using System.Text.Json;

namespace IntentAuthz;

/// <summary>What a tool receives: the arguments that were decided on, and the credential. Valid for the time of the call.</summary>
public sealed class ToolInvocation
{
    private readonly CallContext _context;
    private readonly SecretScrubber _scrubber;

    internal ToolInvocation(CallContext context, SecretScrubber scrubber)
    {
        _context = context;
        _scrubber = scrubber;
        Credential = context.Credential; // the call lets go of both when it ends
        Containment = context.Containment;
    }

    /// <summary>The guard's id of the call; a call made from within the tool names it as its parent.</summary>
    public CallId Id => _context.Id;

    /// <summary>The task.</summary>
    public AgentTask Task => _context.Task;

    /// <summary>The tool.</summary>
    public ToolDescriptor Tool => _context.Tool;

    /// <summary>The arguments: defaults filled in, nulls removed.</summary>
    public JsonElement Arguments => _context.Arguments.Json;

    /// <summary>The host's own arguments, or null.</summary>
    public IReadOnlyDictionary<string, HostValue>? HostArguments => _context.Call.HostArguments;

    /// <summary>The credential, when the tool or a permit asks for one.</summary>
    public LeasedCredential? Credential { get; }

    /// <summary>What the call runs in, when the tool or a permit asks for containment. It ends with the call.</summary>
    public CallContainment? Containment { get; }

    /// <summary>
    /// Takes live secrets out of bytes that a tool streams to somebody else than its caller, such as the child process whose request it forwards.
    /// What the tool returns is searched by the guard in any case.
    /// </summary>
    public StreamScrubber CreateStreamScrubber() => new(_scrubber);
}
