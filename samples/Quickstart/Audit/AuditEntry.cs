using System.Text.Json;

namespace Quickstart.Audit;

/// <summary>One record of the audit file, as far as the claims and the printed trail need it.</summary>
internal sealed record AuditEntry(
    string Kind,
    DateTimeOffset Time,
    string Reason,
    string Explanation,
    string? Outcome = null,
    string? Task = null,
    string? Principal = null,
    string? Agent = null,
    string? Tool = null,
    string? Action = null,
    IReadOnlyList<string>? Resources = null,
    IReadOnlyList<string>? Policies = null,
    string? ArgumentsDigest = null,
    string? Approval = null,
    string? Lease = null)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    /// <summary>Reads the file from the disk: what is claimed of the audit is claimed of what was written.</summary>
    internal static IReadOnlyList<AuditEntry> ReadFile(string path) =>
    [
        .. File.ReadLines(path)
            .Select(static line => JsonElement.Parse(line))
            .Where(static line => line.TryGetProperty("record", out _)) // between them stand the header and the checkpoints of the log
            .Select(static line => line.GetProperty("record").Deserialize<AuditEntry>(s_json)!),
    ];

    internal bool IsDecision(string tool, string outcome) => Kind == "decision" && Tool == tool && Outcome == outcome;
}
