namespace IntentAuthz.Sqlite;

/// <summary>
/// Keeps the audit in a SQLite database: the lines that <see cref="JsonLinesAuditSink"/> would write, the same hash chain and the same signed
/// checkpoints, as rows of the table <c>line</c>, which SQL can query. A batch is a transaction; when <see cref="WriteAsync"/> returns it is committed
/// with <c>synchronous = FULL</c>, so it outlives the process and a loss of power. A database that is full (<see cref="AuditFileOptions.MaxFileBytes"/>
/// of lines) is put aside under a number and the next one goes on with the chain; old ones can be moved away or deleted, which
/// <see cref="AuditVerifier"/> shows by the number of the first record. One process writes a log; a second one is refused, others may read.
/// Safe for use by many threads.
/// </summary>
public sealed class SqliteAuditSink : IAuditSink, IDisposable, IAsyncDisposable
{
    private readonly AuditLogWriter _log;

    /// <summary>Opens the log, or begins it, readable and writable by the host's user alone.</summary>
    /// <param name="path">The file, on a local file system; beside it lie <c>-wal</c>, <c>-shm</c> and <c>.lock</c>. Its directory must exist.</param>
    /// <param name="options">How to write; null for what is usual.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="IOException">
    /// The file cannot be opened, for example since another process writes it; it is no audit log; or it was altered. An altered log is not gone on
    /// with: move all its files away, they are evidence.
    /// </exception>
    public SqliteAuditSink(string path, AuditFileOptions? options = null, TimeProvider? time = null) =>
        _log = new AuditLogWriter(path, static p => new SqliteLogFile(p), options, time);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken) => _log.WriteAsync(records, cancellationToken);

    /// <summary>Writes the closing checkpoint and closes the database.</summary>
    public void Dispose() => _log.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => _log.DisposeAsync();
}
