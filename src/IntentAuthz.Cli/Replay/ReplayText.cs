using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Replay;

/// <summary>A replay's result in words and as JSON.</summary>
internal static class ReplayText
{
    private const int MaxName = 200; // of a name from a log, when printed for people

    public static void Print(VerbOutput output, ReplayResult result)
    {
        foreach (var problem in result.Problems)
        {
            output.Line(Printable.Text(problem), "red");
        }

        if (result.Audit is { IsIntact: false })
        {
            output.Line("The audit log is not as its writer wrote it, so what follows may be of decisions that were put in, changed or taken out. intentauthz audit verify says more.", "red");
        }

        foreach (var note in result.Unfinished)
        {
            output.Line(Printable.Text($"{note}: its writer runs or was killed, or the end was cut off."));
        }

        foreach (var group in result.Changes)
        {
            output.Line(Invariant($"{group.Count,10:N0}  {Outcome(group.From)} → {Outcome(group.To!.Value)}: {Words(group)}"), group.To == DecisionOutcome.Deny ? "yellow" : "bold");
            PrintExamples(output, group);
        }

        foreach (var group in result.Unknowns)
        {
            output.Line(Printable.Text(Invariant($"{group.Count,10:N0}  {Outcome(group.From)} → unknown: {group.Missing}{(group.Policies.IsEmpty ? "" : $"; {Names(group.Policies)} would need it")}")));
            PrintExamples(output, group);
        }

        output.Line(Invariant(
            $"{result.Decisions:N0} decisions: {result.Same:N0} the same{(result.SameForAnotherReason > 0 ? Invariant($" ({result.SameForAnotherReason:N0} for another reason)") : "")}, {result.Changed:N0} changed, {result.Unknown:N0} unknown.{(result.Problems.IsEmpty ? "" : " Not all of it could be read as it was written.")}"));
    }

    public static void Write(Utf8JsonWriter writer, ReplayResult result)
    {
        if (result.Audit is { } audit)
        {
            writer.WriteBoolean("intact", audit.IsIntact);
            writer.WriteBoolean("signed", audit.IsSigned);
        }

        writer.WriteNumber("decisions", result.Decisions);
        writer.WriteNumber("same", result.Same);
        writer.WriteNumber("sameForAnotherReason", result.SameForAnotherReason);
        writer.WriteNumber("changed", result.Changed);
        writer.WriteNumber("unknown", result.Unknown);
        Groups(writer, "changes", result.Changes);
        Groups(writer, "unknowns", result.Unknowns);
        Texts(writer, "problems", result.Problems);
        Texts(writer, "unfinished", result.Unfinished);
    }

    private static void PrintExamples(VerbOutput output, ReplayGroup group)
    {
        foreach (var example in group.Examples)
        {
            var recorded = example.Recorded;
            output.Line(Invariant(
                $"            {recorded.Time:yyyy-MM-dd HH:mm:ss}Z  {Name(recorded.Principal)}  {Name(recorded.Action)}  {Name(recorded.Resource)}{(recorded.Call is { } call ? $"  {Printable.Text(call.Value, MaxName)}" : "")}"));
        }
    }

    private static string Words(ReplayGroup group) => Printable.Text(group.Change switch
    {
        ReplayChange.Permits => $"{Names(group.Policies)} permits now",
        ReplayChange.NoLongerPermits => $"{Names(group.Policies)} no longer permits",
        ReplayChange.Forbids => $"{Names(group.Policies)} forbids now",
        ReplayChange.NoLongerForbids => $"{Names(group.Policies)} no longer forbids",
        ReplayChange.Fails => $"{Names(group.Policies)} cannot be evaluated, which denies",
        ReplayChange.NoLongerFails => $"{Names(group.Policies)} no longer fails",
        ReplayChange.Conflicts => $"{Names(group.Policies)} ask for different credentials, which denies",
        _ => $"{Names(group.Policies)} asks for something else",
    });

    private static string Names(ImmutableArray<string> policies) => policies.Length <= 5
        ? string.Join(", ", policies)
        : Invariant($"{string.Join(", ", policies.Take(5))} and {policies.Length - 5} more");

    private static string Name(Cedar.EntityUid uid) => Printable.Text(uid.ToString(), MaxName);

    private static string Outcome(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Permit => "permit",
        DecisionOutcome.RequireApproval => "require-approval",
        _ => "deny",
    };

    private static void Groups(Utf8JsonWriter writer, string name, ImmutableArray<ReplayGroup> groups)
    {
        writer.WriteStartArray(name);
        foreach (var group in groups)
        {
            writer.WriteStartObject();
            if (group.Missing is null)
            {
                writer.WriteString("change", JsonNamingPolicy.KebabCaseLower.ConvertName(group.Change.ToString()));
            }
            else
            {
                writer.WriteString("missing", group.Missing);
            }

            writer.WriteString("from", Outcome(group.From));
            if (group.To is { } to)
            {
                writer.WriteString("to", Outcome(to));
            }

            Texts(writer, "policies", group.Policies);
            writer.WriteNumber("count", group.Count);
            writer.WriteStartArray("examples");
            foreach (var example in group.Examples)
            {
                Example(writer, example);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Example(Utf8JsonWriter writer, ReplayedDecision example)
    {
        var recorded = example.Recorded;
        writer.WriteStartObject();
        writer.WriteString("time", recorded.Time.UtcDateTime);
        writer.WriteString("tenant", recorded.Tenant.Value);
        if (recorded.Call is { } call)
        {
            writer.WriteString("call", call.Value);
        }

        if (recorded.Task is { } task)
        {
            writer.WriteString("task", task.Value);
        }

        writer.WriteString("principal", recorded.Principal.ToString());
        writer.WriteString("action", recorded.Action.ToString());
        writer.WriteString("resource", recorded.Resource.ToString());
        Verdict(writer, "was", recorded.Verdict);
        if (example.Verdict is { } now)
        {
            Verdict(writer, "now", now);
        }

        writer.WriteEndObject();
    }

    private static void Verdict(Utf8JsonWriter writer, string name, Verdict verdict)
    {
        writer.WriteStartObject(name);
        writer.WriteString("effect", verdict.Effect == VerdictEffect.Permit ? "permit" : "deny");
        writer.WriteString("reason", verdict.ReasonCode);
        Texts(writer, "policies", verdict.Policies);
        Texts(writer, "errors", verdict.Errors);
        Texts(writer, "approvals", [.. verdict.Obligations.Approvals.Select(static a => a.ToString())]);
        writer.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
