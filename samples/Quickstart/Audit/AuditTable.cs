using System.Globalization;

using Spectre.Console;

namespace Quickstart.Audit;

/// <summary>The audit file as a table: who did what, and how it was decided.</summary>
internal static class AuditTable
{
    internal static Table Of(IReadOnlyList<AuditEntry> trail)
    {
        Table table = new() { Border = TableBorder.Minimal };
        table.AddColumns("time", "who", "what", "decided", "why");
        foreach (AuditEntry entry in trail)
        {
            table.AddRow(
                Cell(entry.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)),
                Cell(entry.Principal ?? entry.Agent ?? ""),
                Cell(entry.Kind switch
                {
                    "decision" => $"call {entry.Tool}",
                    "outcome" => $"end of {entry.Tool}",
                    "administration" => entry.Action ?? "",
                    _ => entry.Kind,
                }),
                Cell(entry.Outcome ?? entry.Reason),
                Cell(Why(entry)));
        }

        return table;
    }

    /// <summary>The policies where there are any; else a few words, since the file holds the rest.</summary>
    private static string Why(AuditEntry entry)
    {
        const int Longest = 44;
        return entry switch
        {
            { Policies: { Count: > 0 } policies } => string.Join(", ", policies),
            { Outcome: not null } => entry.Reason,
            { Lease: { } lease } => lease,
            _ => entry.Explanation.Length <= Longest ? entry.Explanation : $"{entry.Explanation[..Longest]}…",
        };
    }

    private static Text Cell(string text) => new(text);
}
