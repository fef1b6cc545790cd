using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// Appends one JSON object a line to a file, and flushes to the disk after each batch. One process writes a file; a second one is refused.
/// After a failed write, or when the process that wrote it died, the file is cut back to its last whole line, so that no half line
/// precedes the next.
/// </summary>
public sealed class JsonLinesAuditSink : IAuditSink, IDisposable
{
    private readonly FileStream _lock;
    private readonly FileStream _file;
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private long _end; // of the last whole batch; what may stand behind it was never confirmed

    /// <summary>Opens the file, or makes it.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <exception cref="IOException">The file cannot be opened, for example since another process writes it, or it is no file of audit records.</exception>
    public JsonLinesAuditSink(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        _lock = Lock(path);
        try
        {
            _file = new FileStream(path, options);
            _end = EndOfLastLine(path);
        }
        catch
        {
            _file?.Dispose();
            _lock.Dispose();
            throw;
        }
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

        CutBack();
        await _file.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _file.Flush(flushToDisk: true);
        _end += _buffer.WrittenCount;
    }

    /// <summary>Takes away what a write that failed, or a process that died, has left behind the last whole line.</summary>
    private void CutBack()
    {
        if (_file.Length != _end)
        {
            _file.SetLength(_end);
        }

        _file.Seek(_end, SeekOrigin.Begin);
    }

    /// <summary>Looks back for the end of the last whole line. A file that holds something, but no line, is somebody else's.</summary>
    private long EndOfLastLine(string path)
    {
        byte[] block = new byte[4096];
        for (long at = _file.Length; at > 0;)
        {
            int length = (int)Math.Min(block.Length, at);
            at -= length;
            _file.Seek(at, SeekOrigin.Begin);
            _file.ReadExactly(block, 0, length);
            int newline = block.AsSpan(0, length).LastIndexOf((byte)'\n');
            if (newline >= 0)
            {
                return at + newline + 1;
            }

            if (at == 0 && !block.AsSpan(0, length).StartsWith("{\"schema\":"u8))
            {
                throw new IOException($"The file {path} holds something else than audit records; give the audit a file of its own.");
            }
        }

        return 0;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>
    /// Keeps a second writer out by a file beside it: on Unix a file that others may read cannot be locked against those who would write it. The
    /// lock goes with the process; its file stays.
    /// </summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new IOException($"The audit file {path} is written by another process or cannot be locked; give each writer a file of its own.", e);
        }
    }
}
