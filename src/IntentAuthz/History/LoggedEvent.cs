using System.Text.Json;

namespace IntentAuthz;

/// <summary>An event as a log keeps it: the audit's record of it, which is there in any case, with what only the host's own eyes see.</summary>
/// <param name="record">The record of a decision or an outcome of a call.</param>
internal struct LoggedEvent(AuditRecord record)
{
    /// <summary>Its place among the events of the task it happened in, from 1; 0 until it has one.</summary>
    internal long Sequence { get; set; }

    private ReadOnlyMemory<byte> Input { get; init; } // the bytes alone: what was made of them for policies and the tool goes with the call

    private ToolResult? Output { get; init; }

    internal static LoggedEvent Decided(AuditRecord record, CallArguments input) => new(record)
    {
        Input = input.Utf8.Length <= TaskEvent.MaxContent ? input.Utf8 : default,
    };

    internal static LoggedEvent Ended(AuditRecord record, ToolResult? shown) => new(record)
    {
        Output = shown?.Length <= TaskEvent.MaxContent ? shown.WithoutOriginal() : null,
    };

    internal readonly TaskEvent ToEvent() => new()
    {
        Sequence = Sequence,
        Kind = record.Kind == AuditKind.Decision ? TaskEventKind.Request
            : record.ReasonCode == ReasonCodes.Completed ? TaskEventKind.Response
            : TaskEventKind.Error,
        Time = record.Time,
        Task = record.Subject!.Task,
        Caller = record.Subject.Agent,
        Call = record.Call!.Value,
        Tool = record.Tool!,
        Action = record.Action!,
        Resources = record.Resources,
        Outcome = record.Outcome,
        ReasonCode = record.ReasonCode,
        Input = Input.IsEmpty ? null : JsonElement.Parse(Input.Span),
        Output = Output,
        ResultLabel = record.ResultLabel,
    };
}
