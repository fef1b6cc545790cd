using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What verifying a log has found. Immutable.</summary>
public sealed record AuditVerification
{
    /// <summary>What is wrong, in the order of the log; no more than <see cref="AuditVerifier.MaxFindings"/>.</summary>
    public required ImmutableArray<AuditFinding> Findings { get; init; }

    /// <summary>Whether nothing is.</summary>
    public bool IsIntact => Findings.IsEmpty;

    /// <summary>Which log; null when no file begins as one.</summary>
    public required string? Log { get; init; }

    /// <summary>The number of the first record that is here; above 0 where files from before were moved away.</summary>
    public required long FirstRecord { get; init; }

    /// <summary>The number after the last record.</summary>
    public required long Records { get; init; }

    /// <summary>The last checkpoint that holds; null when none does. What comes after it has no signature.</summary>
    public required AuditCheckpoint? LastCheckpoint { get; init; }

    /// <summary>Whether the last checkpoint that holds has a signature of one of the keys.</summary>
    public required bool IsSigned { get; init; }

    /// <summary>
    /// How many of the checkpoints that were kept elsewhere the log was held against. The others, in an intact log, are of records from before
    /// <see cref="FirstRecord"/>, and say nothing of what is here.
    /// </summary>
    public required int CheckpointsHeld { get; init; }

    /// <summary>
    /// How many records come after <see cref="LastCheckpoint"/>. They are chained only: whoever can write the file can write them anew, or more of
    /// them, without a key.
    /// </summary>
    public long RecordsAfterCheckpoint => Records - (LastCheckpoint?.Records ?? FirstRecord);

    /// <summary>
    /// Whether the writer has closed the log, and nothing stands after that. Otherwise it is running, was killed, or the end was cut off: without a
    /// checkpoint kept elsewhere, nobody can tell.
    /// </summary>
    public required bool IsClosed { get; init; }

    /// <summary>Whether the file ends in half a line, as after a kill. The writer takes that away when it opens the log again.</summary>
    public required bool EndsTorn { get; init; }
}
