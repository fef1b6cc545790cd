using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>What a replay found. The same log and the same policies give the same result. Immutable.</summary>
public sealed class ReplayResult
{
    /// <summary>How many decisions were replayed.</summary>
    public required long Decisions { get; init; }

    /// <summary>How many of them are the same.</summary>
    public required long Same { get; init; }

    /// <summary>How many of the same were determined by other policies, or for another reason, than then.</summary>
    public required long SameForAnotherReason { get; init; }

    /// <summary>How many changed.</summary>
    public required long Changed { get; init; }

    /// <summary>Of how many it is not known.</summary>
    public required long Unknown { get; init; }

    /// <summary>What changed, the largest group first.</summary>
    public required ImmutableArray<ReplayGroup> Changes { get; init; }

    /// <summary>What is not known, the largest group first.</summary>
    public required ImmutableArray<ReplayGroup> Unknowns { get; init; }

    /// <summary>What of the log could not be read, each with its place; the rest was replayed. At most 1,000 are kept.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>Files without a mark of their end: their process died, still writes, or whole blocks were cut off their end, which looks the same.</summary>
    public required ImmutableArray<string> Unfinished { get; init; }

    /// <summary>How many bytes the log has.</summary>
    public required long Bytes { get; init; }

    /// <summary>
    /// What verifying the audit log has found, where one was replayed; null of a decision store. Of a log that is not intact nothing of the result can
    /// be relied on: whoever changed it may have put decisions in or taken them out. Its findings are among <see cref="Problems"/> too.
    /// </summary>
    public AuditVerification? Audit { get; init; }
}
