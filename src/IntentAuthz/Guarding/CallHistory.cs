using System.Runtime.InteropServices;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Notes the two events of a tool call in its task's history: what was decided, what came of it. Nothing is copied.</summary>
internal sealed class CallHistory(TimeProvider time)
{
    internal void Decided(CallContext context, Decision decision) =>
        Add(context, TaskEventKind.Request, decision.ReasonCode, outcome: decision.Outcome, input: context.Snapshot?.Json);

    internal void Ended(CallContext context, string code, ToolResult? shown, Label label)
    {
        bool isCompleted = code == ReasonCodes.Completed;
        if (!isCompleted)
        {
            context.Task.History.CountError();
        }

        Add(context, isCompleted ? TaskEventKind.Response : TaskEventKind.Error, code, output: shown, label: label);
    }

    private void Add(
        CallContext context, TaskEventKind kind, string reasonCode,
        DecisionOutcome? outcome = null, JsonElement? input = null, ToolResult? output = null, Label? label = null) =>
        context.Task.History.Add(new TaskEvent
        {
            Kind = kind,
            Time = time.GetUtcNow(),
            Task = context.Task.Id,
            Caller = context.Task.Agent.Id,
            Call = context.Id,
            Tool = context.Tool.Name,
            Action = context.Tool.ActionText,
            Resources = context.ResourceTexts,
            Outcome = outcome,
            ReasonCode = reasonCode,
            Input = input is { } json && JsonMarshal.GetRawUtf8Value(json).Length <= TaskEvent.MaxContent ? input : null,
            Output = output?.Length <= TaskEvent.MaxContent ? output.WithoutOriginal() : null,
            ResultLabel = label,
        });
}
