using System.CommandLine;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Policies;

/// <summary><c>intentauthz eval</c>: decides one request.</summary>
internal static class EvalCommand
{
    public static Command Create() => RequestVerb.Create(
        "eval",
        """
        Decides one request by policies, as the guard's engine does: permitted if a permit applies and no forbid does; an error in a forbid, or in a
        permit that asks for something, denies. What annotations ask for is printed. The task's mandate, budgets and rates are the guard's alone.
        Example: intentauthz eval --policies policies --entities entities.json --principal 'IntentAuthz::Agent::"bot"' --action 'Action::"pay"' --resource 'Account::"1"' --context context.json
        The exit code is 0 if it is permitted, 1 if it is denied or an approval is asked for, 2 if something cannot be read or is wrong.
        """,
        AnswerAsync);

    private static async Task<int> AnswerAsync(GivenRequest given, bool json, VerbOutput output, CancellationToken cancellation)
    {
        var verdict = await given.DecideAsync(cancellation).ConfigureAwait(false);
        var outcome = verdict.Effect != VerdictEffect.Permit ? DecisionOutcome.Deny
            : verdict.Obligations.Approvals.IsEmpty ? DecisionOutcome.Permit : DecisionOutcome.RequireApproval;
        var errors = verdict.Errors.IsEmpty ? [] : given.FindErrors().ToArray();
        if (json)
        {
            output.Json(writer =>
            {
                writer.WriteString("outcome", Word(outcome));
                writer.WriteString("reason", verdict.ReasonCode);
                Texts(writer, "policies", verdict.Policies);
                Write(writer, verdict.Obligations);
                writer.WriteStartArray("errors");
                foreach (var error in errors)
                {
                    error.WriteTo(writer);
                }

                writer.WriteEndArray();
            });
        }
        else
        {
            output.Line(outcome == DecisionOutcome.Deny ? $"deny ({verdict.ReasonCode})" : Word(outcome), RequestVerb.ColourOf(outcome));
            foreach (var id in verdict.Policies)
            {
                output.Line($"  by {Printable.Text(id)} ({Printable.Text(given.Policies.Find(id)!.Source.ToString())})");
            }

            foreach (var (what, values) in InWords(verdict.Obligations))
            {
                output.Line($"  {what} {Printable.Text(values)}");
            }

            foreach (var error in errors)
            {
                output.Line(error.ToString(), "yellow");
            }
        }

        return RequestVerb.ExitCodeOf(outcome);
    }

    private static string Word(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Permit => "permit",
        DecisionOutcome.RequireApproval => "require-approval",
        _ => "deny",
    };

    private static IEnumerable<(string What, string Values)> InWords(Obligations asked)
    {
        (string, IEnumerable<string>)[] all =
        [
            ("approval by", asked.Approvals.Select(static a => a.Count == 1 ? a.Role : $"{a.Count} of {a.Role}")),
            ("credential", asked.Credential is { } credential ? [credential] : []),
            ("contained by", asked.Containments),
            ("redacted:", asked.Redactions),
            ("at most", asked.Rates.Select(static r => r.ToString())),
        ];
        return all.Where(static a => a.Item2.Any()).Select(static a => (a.Item1, string.Join(", ", a.Item2)));
    }

    private static void Write(Utf8JsonWriter writer, Obligations asked)
    {
        writer.WriteStartObject("obligations");
        Texts(writer, "approval", asked.Approvals.Select(static a => a.ToString()));
        if (asked.Credential is { } credential)
        {
            writer.WriteString("credential", credential);
        }

        Texts(writer, "contain", asked.Containments);
        Texts(writer, "redact", asked.Redactions);
        Texts(writer, "rate", asked.Rates.Select(static r => r.ToString()));
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }
}
