namespace IntentAuthz;

/// <summary>
/// Appends one JSON object a line to a file, and flushes to the disk after each batch. The lines form a hash chain with signed checkpoints, so that
/// <see cref="AuditVerifier"/> finds what was changed, taken out, put in, moved or cut. A full file is put aside under a number and the next one
/// goes on with the chain. One process writes a log; a second one is refused. After a failed write, or when the process that wrote it died, the
/// file is cut back to its last whole line. Safe for use by many threads.
/// </summary>
public sealed class JsonLinesAuditSink : IAuditSink, IDisposable, IAsyncDisposable
{
    private readonly AuditLogWriter _log;

    /// <summary>Opens the log, or begins it.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <param name="options">How to write; null for what is usual.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="IOException">
    /// The file cannot be opened, for example since another process writes it; it is no audit log; or its last file was altered. An altered log
    /// is not gone on with: move all its files away, they are evidence.
    /// </exception>
    public JsonLinesAuditSink(string path, AuditFileOptions? options = null, TimeProvider? time = null) =>
        _log = new AuditLogWriter(path, static p => new JsonLinesLogFile(p), options, time);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken) => _log.WriteAsync(records, cancellationToken);

    /// <summary>Writes the closing checkpoint and closes the file.</summary>
    public void Dispose() => _log.Dispose();

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => _log.DisposeAsync();
}
