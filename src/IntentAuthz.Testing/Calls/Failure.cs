using System.Text;

namespace IntentAuthz.Testing;

/// <summary>Words a failed expectation so that the reader needs no debugger.</summary>
internal static class Failure
{
    internal static PolicyAssertionException Of(string expected, ToolCall call, AgentTask task, GuardResult result, string? found = null)
    {
        StringBuilder text = Begin(expected, found ?? Describe(result.Decision));
        Line(text, "call", $"{call.ToolName} {(call.ArgumentsUtf8.IsEmpty ? "{}" : Encoding.UTF8.GetString(call.ArgumentsUtf8.Span))}");
        Line(text, "task", $"{task.Purpose}, by {task.Agent.Id} of {task.Tenant}; mandate: {task.Mandate.Description}");
        End(text, result.Decision);
        if (!string.Equals(result.OutcomeCode, result.Decision.ReasonCode, StringComparison.Ordinal))
        {
            Line(text, "outcome", result.OutcomeCode);
        }

        return new PolicyAssertionException(text.ToString());
    }

    internal static PolicyAssertionException Of(string expected, string what, Decision decision)
    {
        StringBuilder text = Begin(expected, Describe(decision));
        Line(text, "action", what);
        End(text, decision);
        return new PolicyAssertionException(text.ToString());
    }

    private static StringBuilder Begin(string expected, string found) => new($"Expected {expected}, but it was {found}.");

    private static string Describe(Decision decision) => decision.Outcome switch
    {
        DecisionOutcome.Permit => "permitted",
        DecisionOutcome.RequireApproval => "made to wait for an approval",
        _ => "denied",
    };

    private static void End(StringBuilder text, Decision decision)
    {
        Line(text, "decision", $"{decision.Outcome} ({decision.ReasonCode})");
        Line(text, "policies", decision.DeterminingPolicies.IsEmpty ? "none" : string.Join(", ", decision.DeterminingPolicies));
        foreach (string error in decision.PolicyErrors)
        {
            Line(text, "error", error);
        }

        Line(text, "explanation", decision.Explanation);
    }

    private static void Line(StringBuilder text, string name, string value) =>
        text.AppendLine().Append("  ").Append((name + ":").PadRight(13)).Append(value);
}
