using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// Appends one JSON object a line to a file, and flushes to the disk after each batch. The lines form a hash chain with signed checkpoints, so that
/// <see cref="AuditVerifier"/> finds what was changed, taken out, put in, moved or cut. A full file is put aside under a number and the next one
/// goes on with the chain. One process writes a log; a second one is refused. After a failed write, or when the process that wrote it died, the
/// file is cut back to its last whole line. Safe for use by many threads.
/// </summary>
public sealed class JsonLinesAuditSink : IAuditSink, IDisposable, IAsyncDisposable
{
    private static ReadOnlySpan<byte> HeaderStart => "{\"log\":"u8;

    private readonly SemaphoreSlim _writing = new(1, 1); // guards all below
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly string _path;
    private readonly AuditFileOptions _options;
    private readonly TimeProvider _time;
    private readonly FileStream _lock;
    private readonly ITimer _checkpointing;
    private FileStream _file;
    private AuditChain _chain;
    private long _end; // of the last whole batch; what may stand behind it was never confirmed
    private bool _isDisposed;

    /// <summary>Opens the log, or begins it.</summary>
    /// <param name="path">The file. Its directory must exist.</param>
    /// <param name="options">How to write; null for what is usual.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <exception cref="IOException">
    /// The file cannot be opened, for example since another process writes it; it is no audit log; or its last file was altered. An altered log
    /// is not gone on with: move all its files away, they are evidence.
    /// </exception>
    public JsonLinesAuditSink(string path, AuditFileOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = path;
        _options = options ?? new AuditFileOptions();
        _time = time ?? TimeProvider.System;
        _lock = Lock(path);
        try
        {
            _file = Open(path);
            (_chain, _end) = GoOn();
        }
        catch
        {
            _file?.Dispose();
            _lock.Dispose();
            throw;
        }

        _checkpointing = _time.CreateTimer(static sink => ((JsonLinesAuditSink)sink!).CheckpointInTime(), this, _options.CheckpointInterval, _options.CheckpointInterval);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            EnsureBegun();
            AuditChain next = _chain.Copy(); // takes the place of the old one once all of it is on the disk
            _buffer.ResetWrittenCount();
            for (int i = 0; i < records.Length; i++)
            {
                next.WriteRecord(_buffer, records.Span[i]);
            }

            AuditCheckpoint? checkpoint = next.Tree.Size - next.Covered >= _options.RecordsPerCheckpoint ? Checkpoint(next, isClosing: false) : null;
            CutBack();
            await _file.WriteAsync(_buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            Confirm(next, checkpoint);
            if (_end >= _options.MaxFileBytes)
            {
                Rotate();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Writes the closing checkpoint and closes the file.</summary>
    public void Dispose()
    {
        _checkpointing.Dispose();
        _writing.Wait();
        Close();
    }

    /// <inheritdoc cref="Dispose"/>
    public async ValueTask DisposeAsync()
    {
        await _checkpointing.DisposeAsync().ConfigureAwait(false);
        await _writing.WaitAsync().ConfigureAwait(false);
        Close();
    }

    private void Close()
    {
        try
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                TryAppendCheckpoint(isClosing: true);
                _file.Dispose();
                _lock.Dispose();
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private void CheckpointInTime()
    {
        if (_writing.Wait(0)) // a batch that is being written will see to it, or the next tick does
        {
            try
            {
                if (!_isDisposed && _chain.Tree.Size > _chain.Covered)
                {
                    TryAppendCheckpoint(isClosing: false);
                }
            }
            finally
            {
                _writing.Release();
            }
        }
    }

    /// <summary>A checkpoint that cannot be written now is left out: the records it covers are there, and the next one covers them too.</summary>
    private void TryAppendCheckpoint(bool isClosing)
    {
        try
        {
            EnsureBegun();
            AuditChain next = _chain.Copy();
            _buffer.ResetWrittenCount();
            AuditCheckpoint checkpoint = Checkpoint(next, isClosing);
            CutBack();
            _file.Write(_buffer.WrittenSpan);
            Confirm(next, checkpoint);
        }
        catch (Exception)
        {
            // A full disk, or a key that does not sign any more: what was written of it is cut back before the next write. Thrown from the
            // timer it would end the host; a batch that needs a checkpoint fails by itself.
        }
    }

    private AuditCheckpoint Checkpoint(AuditChain chain, bool isClosing) =>
        chain.WriteCheckpoint(_buffer, _time.GetUtcNow(), isClosing, _options.SigningKey, _options.KeyId);

    private void Confirm(AuditChain written, AuditCheckpoint? checkpoint)
    {
        _file.Flush(flushToDisk: true);
        _end += _buffer.WrittenCount;
        _chain = written;
        if (checkpoint is not null && _options.CheckpointWritten is { } tell)
        {
            try
            {
                tell(checkpoint);
            }
            catch (Exception)
            {
                // The host's to see to, as documented: the records are written, and failing here would have them written twice.
            }
        }
    }

    /// <summary>Puts the full file aside and begins the next. Where that fails, the full file is written on, and it is tried again after the next batch.</summary>
    private void Rotate()
    {
        string aside = AuditSegments.PathOf(_path, _chain.Segment);
        try
        {
            File.Move(_path, aside, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return;
        }

        FileStream full = _file;
        try
        {
            _file = Open(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file = full;
            File.Move(aside, _path, overwrite: false);
            return;
        }

        full.Dispose();
        _end = 0; // the header is written with the next batch, so that a fault in it is not taken for one of this batch
    }

    private void EnsureBegun()
    {
        if (_end == 0)
        {
            (_chain, _end) = Begin(_chain);
        }
    }

    /// <summary>Writes a header. Until it is whole on the disk nothing else is written: a file that ends in it is begun anew.</summary>
    private (AuditChain Chain, long End) Begin(AuditChain from)
    {
        AuditChain next = from.Copy();
        ArrayBufferWriter<byte> header = new(1024);
        next.WriteHeader(header, _time.GetUtcNow());
        _file.SetLength(0);
        _file.Seek(0, SeekOrigin.Begin);
        _file.Write(header.WrittenSpan);
        _file.Flush(flushToDisk: true);
        return (next, header.WrittenCount);
    }

    /// <summary>Finds out where the log stands.</summary>
    private (AuditChain Chain, long End) GoOn()
    {
        if (Restore(_file, _path) is { } stands)
        {
            return stands;
        }

        // No whole line: a new log, or one whose process died just when it began the next file.
        if (AuditSegments.Full(_path) is [.., (_, string last)])
        {
            using FileStream full = new(last, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Begin((Restore(full, last) ?? throw Altered(last, 1)).Chain);
        }

        return Begin(AuditChain.Begin());
    }

    /// <summary>Reads a file to its last whole line; null when it has none.</summary>
    private static (AuditChain Chain, long End)? Restore(FileStream file, string path)
    {
        file.Seek(0, SeekOrigin.Begin);
        AuditLogReader reader = new(file);
        AuditChain? chain = null;
        long end = 0;
        for (int number = 1; reader.TryRead(out ReadOnlySpan<byte> line); number++)
        {
            if (reader.IsTorn)
            {
                return chain is not null ? (chain, end)
                    : line.StartsWith(HeaderStart) || HeaderStart.StartsWith(line) ? null // its process died in the very first line
                    : throw Foreign(path);
            }

            if (chain is null)
            {
                chain = AuditLogHeader.TryRead(line, out AuditLogHeader? header) ? AuditChain.After(header) : throw Foreign(path);
            }
            else if (AuditLogLine.TryRead(line, out long record, out ReadOnlySpan<byte> bytes, out Hash256 after))
            {
                bool isNext = record == chain.Tree.Size;
                chain.Take(bytes);
                if (!isNext || !chain.Chain.Is(after))
                {
                    throw Altered(path, number);
                }
            }
            else if (AuditCheckpoint.TryRead(line, out AuditCheckpoint? checkpoint) && checkpoint.ChainHash.Is(chain.Chain))
            {
                chain.TakeCheckpoint(line);
            }
            else
            {
                throw Altered(path, number);
            }

            end = reader.Position;
        }

        return reader.IsTooLong ? throw Foreign(path) : chain is null ? null : (chain, end);
    }

    private static IOException Foreign(string path) => new($"The file {path} holds something else than an audit log; give the audit a file of its own.");

    private static IOException Altered(string path, long line) =>
        new($"The audit log {path} was altered at line {line}. It is not gone on with: move its files away and keep them, 'intentauthz audit verify' says more.");

    /// <summary>Takes away what a write that failed, or a process that died, has left behind the last whole line.</summary>
    private void CutBack()
    {
        if (_file.Length != _end)
        {
            _file.SetLength(_end);
        }

        _file.Seek(_end, SeekOrigin.Begin);
    }

    private static FileStream Open(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
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
