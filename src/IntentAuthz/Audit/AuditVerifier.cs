namespace IntentAuthz;

/// <summary>
/// Finds out whether an audit log is as its writer wrote it: every change, gap, insertion, move and cut before the last signed checkpoint, or the
/// last one kept elsewhere, is found and its place named. What stands after that is only chained: somebody who can write the file and knows how the
/// chain is made can write that part anew (<see cref="AuditVerification.RecordsAfterCheckpoint"/>).
/// </summary>
public static class AuditVerifier
{
    /// <summary>The most findings that are told; the first is the one that matters.</summary>
    public const int MaxFindings = 100;

    /// <summary>Verifies a log: the files that were put aside, then the one that is written.</summary>
    /// <param name="log">The log.</param>
    /// <param name="options">What to verify it against; null for the chain alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditVerification Verify(AuditLog log, AuditVerifyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        return new AuditVerifyRun(options ?? new AuditVerifyOptions(), leaves: null).Read(log, cancellationToken);
    }

    /// <summary>Proves that a record is in the log that a checkpoint is of: whoever has the checkpoint needs nothing else of the log to check it.</summary>
    /// <param name="log">The log.</param>
    /// <param name="record">The number of the record.</param>
    /// <param name="checkpoint">A checkpoint of this log; null for the last one that holds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The proof; null when the log is not intact, not here from its beginning, or holds no such record or checkpoint.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static AuditInclusionProof? Prove(AuditLog log, long record, AuditCheckpoint? checkpoint = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(log);
        List<Hash256> leaves = [];
        AuditVerifyOptions options = new();
        if (checkpoint is not null)
        {
            options.Checkpoints.Add(checkpoint);
        }

        byte[]? bytes = null;
        AuditVerifyRun run = new(options, leaves)
        {
            Reader = (_, number, _, read) =>
            {
                if (number == record)
                {
                    bytes = read.ToArray();
                }
            },
        };
        AuditVerification found = run.Read(log, cancellationToken);
        checkpoint ??= found.LastCheckpoint;
        if (!found.IsIntact || found.FirstRecord != 0 || checkpoint is null || record < 0 || record >= checkpoint.Records)
        {
            return null;
        }

        ReadOnlySpan<Hash256> covered = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(leaves)[..(int)checkpoint.Records];
        return new AuditInclusionProof(record, bytes!, [.. MerkleTree.PathOf((int)record, covered)], checkpoint);
    }
}
