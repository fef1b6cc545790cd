using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What verifying a folder of evidence has found. Immutable.</summary>
public sealed record EvidenceVerification
{
    /// <summary>What is wrong; no more than <see cref="EvidenceVerifier.MaxFindings"/>.</summary>
    public required ImmutableArray<EvidenceFinding> Findings { get; init; }

    /// <summary>Whether nothing is.</summary>
    public bool IsIntact => Findings.IsEmpty;

    /// <summary>Which incident it is of; null when the manifest cannot be read.</summary>
    public required IncidentId? Incident { get; init; }

    /// <summary>The SHA-256 of the manifest that is here, in lower-case hexadecimal digits; null when it cannot be read.</summary>
    public required string? ManifestSha256 { get; init; }

    /// <summary>
    /// Whether that is the digest that was written down. Without one, the files are held against a manifest that whoever changed them could have changed
    /// too.
    /// </summary>
    public required bool IsManifestHeld { get; init; }

    /// <summary>How many files the manifest lists.</summary>
    public required int Files { get; init; }

    /// <summary>How many records of the audit are here.</summary>
    public required int AuditRecords { get; init; }

    /// <summary>Of how many of them a proof shows that they are in the log that <see cref="Checkpoint"/> is of. The others came after it.</summary>
    public required int AuditProofs { get; init; }

    /// <summary>The checkpoint that the proofs lead to; null when there is none.</summary>
    public required AuditCheckpoint? Checkpoint { get; init; }

    /// <summary>Whether it has a signature of one of the keys.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>What was missing when it was exported, as the manifest says it.</summary>
    public required ImmutableArray<string> Missing { get; init; }
}
