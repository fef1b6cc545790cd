using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What was exported of an incident, and what could not be.</summary>
public sealed record IncidentExport
{
    /// <summary>The directory.</summary>
    public required string Directory { get; init; }

    /// <summary>The files, each with the SHA-256 of its bytes in lower-case hexadecimal digits; <c>manifest.json</c> holds the same and is not among them.</summary>
    public required ImmutableArray<(string Name, long Bytes, string Sha256)> Files { get; init; }

    /// <summary>The SHA-256 of <c>manifest.json</c>: whoever has this can tell whether any file was changed.</summary>
    public required string ManifestSha256 { get; init; }

    /// <summary>How many records of the audit are in it.</summary>
    public required int AuditRecords { get; init; }

    /// <summary>For how many of them there is a proof that they are in the log that its last checkpoint is of.</summary>
    public required int AuditProofs { get; init; }

    /// <summary>What is missing, in words; empty when nothing is.</summary>
    public required ImmutableArray<string> Missing { get; init; }
}
