namespace IntentAuthz;

/// <summary>What became of one call: the decision, and the result when the tool ran. Immutable.</summary>
public sealed class GuardResult
{
    internal GuardResult(CallId call, Decision decision, string outcomeCode, ToolResult? result = null, Label label = default)
    {
        Call = call;
        Decision = decision;
        OutcomeCode = outcomeCode;
        Result = result;
        Label = label;
    }

    /// <summary>The guard's id of the call.</summary>
    public CallId Call { get; }

    /// <summary>What the guard concluded.</summary>
    public Decision Decision { get; }

    /// <summary>How it ended, one of <see cref="ReasonCodes"/>: <c>completed</c>, or why there is no result.</summary>
    public string OutcomeCode { get; }

    /// <summary>The result, scrubbed and redacted; null when the tool did not run, failed, or its result is withheld.</summary>
    public ToolResult? Result { get; }

    /// <summary>How far the result may be trusted and shown.</summary>
    public Label Label { get; }

    /// <summary>What the tool's exception said, without secrets: for the host's eyes, never for the model's. Null when the tool did not throw.</summary>
    public string? FailureMessage { get; internal init; }

    /// <summary>Whether the tool ran to its end and its result may be shown.</summary>
    public bool IsCompleted => Result is not null;

    /// <summary>What to tell the model: the result, or one short sentence with the reason code. It names no policy and quotes no exception.</summary>
    public string ModelText => Result?.ToString() ?? Decision.Outcome switch
    {
        DecisionOutcome.RequireApproval =>
            $"This call waits for a person's approval ({OutcomeCode}). Do not repeat it with other arguments; make the same call again once it was approved.",
        DecisionOutcome.Deny => $"This call was denied ({OutcomeCode}). Do not try to reach the same effect in another way.",
        _ => $"The tool did not complete ({OutcomeCode}).",
    };

    /// <summary>Decision and outcome.</summary>
    public override string ToString() => $"{Decision} [{OutcomeCode}]";
}
