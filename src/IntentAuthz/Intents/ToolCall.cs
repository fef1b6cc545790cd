using System.Text;

namespace IntentAuthz;

/// <summary>
/// One tool call as an adapter hands it to the guard: a name and arguments as JSON, nothing decided yet. Everything in it is untrusted.
/// Immutable; the argument bytes are copied when the guard takes its snapshot.
/// </summary>
public sealed class ToolCall
{
    /// <summary>Takes a call whose arguments are UTF-8 JSON.</summary>
    /// <param name="toolName">The tool's name as the catalogue has it.</param>
    /// <param name="argumentsUtf8">A JSON object; empty means an object without members.</param>
    public ToolCall(string toolName, ReadOnlyMemory<byte> argumentsUtf8)
    {
        ArgumentNullException.ThrowIfNull(toolName);
        ToolName = toolName;
        ArgumentsUtf8 = argumentsUtf8;
    }

    /// <summary>Takes a call whose arguments are JSON text.</summary>
    /// <param name="toolName">The tool's name as the catalogue has it.</param>
    /// <param name="argumentsJson">A JSON object; null or empty means an object without members.</param>
    public ToolCall(string toolName, string? argumentsJson)
        : this(toolName, string.IsNullOrEmpty(argumentsJson) ? default : Encoding.UTF8.GetBytes(argumentsJson))
    {
    }

    /// <summary>The tool's name, as the model wrote it.</summary>
    public string ToolName { get; }

    /// <summary>The arguments, UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> ArgumentsUtf8 { get; }

    /// <summary>The framework's own id of the call. Recorded, never relied on: providers repeat theirs.</summary>
    public string? FrameworkCallId { get; init; }

    /// <summary>The call within which this one is made, when a tool calls another. It must be in flight and grants nothing.</summary>
    public CallId? Parent { get; init; }

    /// <summary>Values for arguments that the descriptor declares host-only.</summary>
    public IReadOnlyDictionary<string, HostValue>? HostArguments { get; init; }
}
