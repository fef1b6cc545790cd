using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

using IntentAuthz.AgentReplay.Replay;

namespace IntentAuthz.AgentReplay.Report;

/// <summary>Writes the figures: as a table, as JSON, a trace call by call, and the one line that sums them up.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // for people and scripts, never for a page
        Converters = { new JsonStringEnumConverter() },
    };

    internal static void Table(TextWriter output, IReadOnlyList<SuiteReport> suites, SuiteReport all)
    {
        string[] header =
        [
            "suite", "unattended", "attended", "questions/task", "attack success", "attacker writes", "reached a person", "utility under attack",
            "questions/attack", "poisoned", "same-target", "median µs", "p99 µs",
        ];
        List<string[]> rows = [header];
        foreach (SuiteReport suite in suites.Append(all))
        {
            rows.Add(
            [
                suite.Name, $"{suite.Unattended}/{suite.Benign.Count}", $"{suite.Attended}/{suite.Benign.Count}", Number(suite.QuestionsPerTask),
                $"{suite.AttackSuccess}/{suite.Attacked.Count}", suite.AttackerWrites.ToString(CultureInfo.InvariantCulture), $"{suite.ReachedPerson}/{suite.Attacked.Count}",
                $"{suite.UtilityUnderAttack}/{suite.Attacked.Count}", Number(suite.QuestionsUnderAttack), $"{suite.PoisonedSuccess}/{suite.Poisoned.Count}",
                $"{suite.SameTargetSuccess}/{suite.SameTarget.Count}", Number(suite.Microseconds(0.5)), Number(suite.Microseconds(0.99)),
            ]);
        }

        int[] widths = [.. header.Select((_, column) => rows.Max(r => r[column].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))));
        }
    }

    internal static void Json(TextWriter output, IReadOnlyList<SuiteReport> suites, SuiteReport all) =>
        output.WriteLine(JsonSerializer.Serialize(suites.Append(all).Select(s => new
        {
            suite = s.Name,
            tasks = s.Benign.Count,
            unattended = s.Unattended,
            attended = s.Attended,
            questionsPerTask = s.QuestionsPerTask,
            attacks = s.Attacked.Count,
            attackSuccess = s.AttackSuccess,
            attackerWrites = s.AttackerWrites,
            reachedPerson = s.ReachedPerson,
            utilityUnderAttack = s.UtilityUnderAttack,
            questionsUnderAttack = s.QuestionsUnderAttack,
            poisonedCases = s.Poisoned.Count,
            poisonedSuccess = s.PoisonedSuccess,
            sameTargetCases = s.SameTarget.Count,
            sameTargetSuccess = s.SameTargetSuccess,
            medianMicroseconds = s.Microseconds(0.5),
            p99Microseconds = s.Microseconds(0.99),
            runs = ReferenceEquals(s, all) ? [] : s.Runs.Select(static r => new { name = r.Name, calls = r.Calls }).ToArray(),
        }), s_json));

    internal static void Explain(TextWriter output, Run run)
    {
        output.WriteLine(run.Name);
        foreach (CallOutcome call in run.Calls)
        {
            output.WriteLine($"  {(call.IsAttacker ? "attacker" : "user    ")} {Word(call.Outcome)} {call.Function} {call.Arguments}");
            output.WriteLine($"             {call.Reason} [{call.Policies}] {call.Microseconds.ToString("0.0", CultureInfo.InvariantCulture)} µs");
            if (call.Provenance.Length > 0)
            {
                output.WriteLine($"             shown to the approver: {call.Provenance}");
            }
        }
    }

    internal static string Summary(SuiteReport all) => string.Create(
        CultureInfo.InvariantCulture,
        $"attack success {all.AttackSuccess}/{all.Attacked.Count}, attacker writes {all.AttackerWrites}, poisoned {all.PoisonedSuccess}/{all.Poisoned.Count}, unattended {all.Unattended}/{all.Benign.Count}, attended {all.Attended}/{all.Benign.Count}, questions {all.QuestionsPerTask:0.00} per task");

    private static string Word(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Permit => "pass",
        DecisionOutcome.RequireApproval => "ask ",
        _ => "fail",
    };

    private static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
