using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// Appends one JSON object a line to a file, and flushes to the disk after each batch. One process writes a file; a second one is refused.
/// After a failed write the file is cut back to the last whole batch, so that no half line precedes the next.
/// </summary>
public sealed class JsonLinesAuditSink : IAuditSink, IDisposable
{
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <exception cref="IOException">The file cannot be opened, for example since another process writes it.</exception>
    public JsonLinesAuditSink(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _file = new FileStream(path, options);
        _file.Seek(0, SeekOrigin.End);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        _buffer.ResetWrittenCount();
        for (int i = 0; i < records.Length; i++)
        {
            AuditJson.Write(_buffer, records.Span[i]);
            _buffer.Write("\n"u8);
        }

        long before = _file.Position;
        try
        {
            await _file.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            _file.Flush(flushToDisk: true);
        }
        catch
        {
            _file.SetLength(before);
            _file.Seek(before, SeekOrigin.Begin);
            throw;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
