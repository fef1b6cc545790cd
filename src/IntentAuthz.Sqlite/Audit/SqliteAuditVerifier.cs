namespace IntentAuthz.Sqlite;

/// <summary>
/// What <see cref="AuditVerifier"/> is for files, for the databases of <see cref="SqliteAuditSink"/>: the same chain, checkpoints and findings, whose
/// line is the number of the row. It opens them for reading only, and a host may be writing meanwhile.
/// </summary>
public static class SqliteAuditVerifier
{
    /// <summary>Whether a log is kept in SQLite: whether its file, or the last one that was put aside, begins as a database does.</summary>
    /// <param name="path">The log.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool IsDatabase(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
        {
            string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            if (!Directory.Exists(directory) || AuditSegments.Full(path) is not [.., (_, string last)])
            {
                return false;
            }

            path = last;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> head = stackalloc byte[16];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(SqliteLogSchema.Magic);
    }

    /// <inheritdoc cref="AuditVerifier.Verify"/>
    public static AuditVerification Verify(string path, AuditVerifyOptions? options = null, CancellationToken cancellationToken = default) =>
        AuditVerifier.VerifyIn(path, SqliteLineReader.Open, options, cancellationToken);

    /// <inheritdoc cref="AuditVerifier.Prove"/>
    public static AuditInclusionProof? Prove(string path, long record, AuditCheckpoint? checkpoint = null, CancellationToken cancellationToken = default) =>
        AuditVerifier.ProveIn(path, SqliteLineReader.Open, record, checkpoint, cancellationToken);
}
