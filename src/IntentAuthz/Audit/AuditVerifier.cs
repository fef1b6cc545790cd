using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// Finds out whether an audit log is as its writer wrote it: every change, gap, insertion, move and cut before the last signed checkpoint, or the
/// last one kept elsewhere, is found and its place named. What stands after that is only chained: somebody who can write the file and knows how the
/// chain is made can write that part anew.
/// </summary>
public static class AuditVerifier
{
    /// <summary>The most findings that are told; the first is the one that matters.</summary>
    public const int MaxFindings = 100;

    /// <summary>Verifies a log: the files that were put aside, then the one that is written.</summary>
    /// <param name="path">The file that is, or was, written, as given to <see cref="JsonLinesAuditSink"/>.</param>
    /// <param name="options">What to verify it against; null for the chain alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditVerification Verify(string path, AuditVerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        VerifyIn(path, JsonLinesLogFile.OpenToRead, options, cancellationToken);

    /// <summary>Verifies a log whose lines are kept in some way.</summary>
    internal static AuditVerification VerifyIn(string path, Func<string, AuditLineReader> open, AuditVerifyOptions? options, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AuditVerifyRun run = new(options ?? new AuditVerifyOptions(), leaves: null);
        run.Read(Files(path), open, cancellationToken);
        return run.Conclude(path);
    }

    /// <summary>Proves that a record is in the log that a checkpoint is of: whoever has the checkpoint needs nothing else of the log to check it.</summary>
    /// <param name="path">The log.</param>
    /// <param name="record">The number of the record.</param>
    /// <param name="checkpoint">A checkpoint of this log; null for the last one that holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The proof; null when the log is not intact, not here from its beginning, or holds no such record or checkpoint.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditInclusionProof? Prove(string path, long record, AuditCheckpoint? checkpoint = null, CancellationToken cancellationToken = default) =>
        ProveIn(path, JsonLinesLogFile.OpenToRead, record, checkpoint, cancellationToken);

    /// <summary>Proves a record of a log whose lines are kept in some way.</summary>
    internal static AuditInclusionProof? ProveIn(string path, Func<string, AuditLineReader> open, long record, AuditCheckpoint? checkpoint, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        List<Hash256> leaves = [];
        AuditVerifyOptions options = new();
        if (checkpoint is not null)
        {
            options.Checkpoints.Add(checkpoint);
        }

        AuditVerifyRun run = new(options, leaves) { Wanted = record };
        run.Read(Files(path), open, cancellationToken);
        AuditVerification found = run.Conclude(path);
        checkpoint ??= found.LastCheckpoint;
        if (!found.IsIntact || found.FirstRecord != 0 || checkpoint is null || record < 0 || record >= checkpoint.Records)
        {
            return null;
        }

        ReadOnlySpan<Hash256> covered = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leaves)[..(int)checkpoint.Records];
        return new AuditInclusionProof(record, run.WantedBytes!, [.. MerkleTree.PathOf((int)record, covered)], checkpoint);
    }

    private static ImmutableArray<string> Files(string path) =>
        [.. AuditSegments.Full(path).Select(static s => s.Path), .. File.Exists(path) ? new[] { path } : []];
}
