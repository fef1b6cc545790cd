using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// One event of a task's history: what was asked, what came back, what went wrong. It holds arguments and results, so it is for the host's own
/// eyes and for detectors, not for logs. Immutable.
/// </summary>
public sealed record TaskEvent
{
    /// <summary>The most characters of an input or output that are kept.</summary>
    public const int MaxContent = 4096;

    /// <summary>Its place among the events of the task it happened in, from 1; what was forgotten leaves a gap.</summary>
    public long Sequence { get; internal init; }

    /// <summary>What it tells.</summary>
    public required TaskEventKind Kind { get; init; }

    /// <summary>When, in wall-clock time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The task the call was made in: the one whose history this is, or one below it.</summary>
    public required TaskId Task { get; init; }

    /// <summary>Who called.</summary>
    public required AgentId Caller { get; init; }

    /// <summary>The guard's id of the call: a request and what came of it have the same.</summary>
    public required CallId Call { get; init; }

    /// <summary>The tool.</summary>
    public required string Tool { get; init; }

    /// <summary>The action, as a Cedar entity.</summary>
    public required string Action { get; init; }

    /// <summary>The resources, as Cedar entities.</summary>
    public ImmutableArray<string> Resources { get; init; } = [];

    /// <summary>What was decided; null for what came back.</summary>
    public DecisionOutcome? Outcome { get; init; }

    /// <summary>One of <see cref="ReasonCodes"/>: of the decision, or how the call ended.</summary>
    public required string ReasonCode { get; init; }

    /// <summary>The arguments as decided on; null where there are none or they are longer than <see cref="MaxContent"/>.</summary>
    public JsonElement? Input { get; init; }

    /// <summary>The result as it was shown; null where there is none or it is longer than <see cref="MaxContent"/>.</summary>
    public ToolResult? Output { get; init; }

    /// <summary>The result's label; null for a request.</summary>
    public Label? ResultLabel { get; init; }
}
