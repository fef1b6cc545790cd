using System.Buffers;

namespace IntentAuthz;

/// <summary>
/// Writes a log, wherever it is kept: makes the chain's lines of records, checkpoints when they are due, goes on where a log ends when it is opened,
/// and begins the next file when one is full. One process writes a log, kept apart by a lock file. Safe for use by many threads.
/// </summary>
internal sealed class AuditLogWriter : IDisposable, IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1); // guards all below
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly AuditJson _json = new();
    private readonly string _path;
    private readonly AuditFileOptions _options;
    private readonly TimeProvider _time;
    private readonly FileStream _lock;
    private readonly IAuditLogFile _file;
    private readonly ITimer _checkpointing;
    private AuditChain _chain;
    private bool _isDisposed;

    /// <summary>Opens the log, or begins it.</summary>
    /// <exception cref="IOException">The file cannot be opened, is no audit log, or was altered.</exception>
    internal AuditLogWriter(string path, Func<string, IAuditLogFile> open, AuditFileOptions? options, TimeProvider? time)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = AuditSegments.Resolve(path); // one lock for a file and the links to it
        _options = options ?? new AuditFileOptions();
        _time = time ?? TimeProvider.System;
        _lock = Lock(_path);
        try
        {
            _file = open(_path);
            _chain = GoOn();
        }
        catch
        {
            _file?.Dispose();
            _lock.Dispose();
            throw;
        }

        _checkpointing = _time.CreateTimer(static log => ((AuditLogWriter)log!).CheckpointInTime(), this, _options.CheckpointInterval, _options.CheckpointInterval);
    }

    internal async ValueTask WriteAsync(ReadOnlyMemory<AuditRecord> records, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(IAuditSink));
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // a disk that hangs must not hold the caller
            EnsureBegun();
            AuditChain next = _chain.Copy(); // takes the place of the old one once all of it is on the disk
            _buffer.ResetWrittenCount();
            for (int i = 0; i < records.Length; i++)
            {
                next.WriteRecord(_buffer, records.Span[i], _json);
            }

            AuditCheckpoint? checkpoint = next.Tree.Size - next.Covered >= _options.RecordsPerCheckpoint ? Checkpoint(next, isClosing: false) : null;
            _file.Append(_buffer.WrittenSpan);
            Confirm(next, checkpoint);
            if (_file.Length >= _options.MaxFileBytes)
            {
                _file.TryPutAside(_chain.Segment); // the header is written with the next batch, so that a fault in it is not taken for one of this batch
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
            _file.Append(_buffer.WrittenSpan);
            Confirm(next, checkpoint);
        }
        catch (Exception)
        {
            // A full disk, or a key that does not sign any more. Thrown from the timer it would end the host; a batch that needs a checkpoint
            // fails by itself.
        }
    }

    private AuditCheckpoint Checkpoint(AuditChain chain, bool isClosing) =>
        chain.WriteCheckpoint(_buffer, _time.GetUtcNow(), isClosing, _options.SigningKey, _options.KeyId);

    private void Confirm(AuditChain written, AuditCheckpoint? checkpoint)
    {
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

    private void EnsureBegun()
    {
        if (_file.Length == 0)
        {
            _chain = Begin(_chain);
        }
    }

    private AuditChain Begin(AuditChain from)
    {
        AuditChain next = from.Copy();
        ArrayBufferWriter<byte> header = new(1024);
        next.WriteHeader(header, _time.GetUtcNow());
        _file.Append(header.WrittenSpan);
        return next;
    }

    /// <summary>Finds out where the log stands.</summary>
    private AuditChain GoOn()
    {
        using (AuditLineReader lines = _file.Read())
        {
            AuditChain? stands = Restore(lines, _path);
            _file.GoOnAfter(lines);
            if (stands is not null)
            {
                return stands;
            }
        }

        // No whole line: a new log, or one whose process died just when it began the next file.
        using AuditLineReader? full = _file.ReadLastFull(out string last);
        return Begin(full is null ? AuditChain.Begin() : Restore(full, last) ?? throw Altered(last, 1));
    }

    /// <summary>Reads a file to its last whole line; null when it has none.</summary>
    private static AuditChain? Restore(AuditLineReader reader, string path)
    {
        AuditChain? chain = null;
        while (reader.TryRead(out ReadOnlySpan<byte> line))
        {
            if (reader.IsTorn)
            {
                return chain ?? (AuditLogHeader.MayBegin(line) ? null /* its process died in the very first line */ : throw Foreign(path));
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
                    throw Altered(path, reader.Number);
                }
            }
            else if (AuditCheckpoint.TryRead(line, out AuditCheckpoint? checkpoint) && checkpoint.ChainHash.Is(chain.Chain))
            {
                chain.TakeCheckpoint(line);
            }
            else
            {
                throw Altered(path, reader.Number);
            }

            if (reader.Fault is not null)
            {
                throw Altered(path, reader.Number);
            }
        }

        return reader.IsTooLong ? throw Foreign(path) : reader.Ending is not null ? throw Altered(path, reader.Number) : chain;
    }

    /// <summary>What would be written into a file that has no name any more is lost when it is closed, and nobody would see it.</summary>
    internal static IOException Gone(string path) =>
        new($"The audit log {path} was deleted, moved or replaced under the host that writes it. Bring it back, or restart the host; a full file is put aside by itself, see AuditFileOptions.MaxFileBytes.");

    /// <summary>Somebody else has written: what they wrote, or what they took away, is not for the writer to mend.</summary>
    internal static IOException Touched(string path) =>
        new($"The audit log {path} was cut, or written to, by somebody else than the host that writes it. Nothing more is written: move its files away and keep them, 'intentauthz audit verify' says more, and restart the host.");

    internal static IOException Written(string path, Exception? cause) =>
        new($"The audit file {path} is written by another process or cannot be locked; give each writer a file of its own.", cause);

    private static IOException Foreign(string path) => new($"The file {path} holds something else than an audit log; give the audit a file of its own.");

    private static IOException Altered(string path, long line) =>
        new($"The audit log {path} was altered at line {line}. It is not gone on with: move its files away and keep them, 'intentauthz audit verify' says more.");

    /// <summary>
    /// Keeps a second writer out by a file beside it, on every system and file system. The lock goes with the process; its file stays. On Linux the
    /// log itself is locked too (<see cref="HeldLogFile"/>), which holds for its other names and when this file was deleted.
    /// </summary>
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw Written(path, e);
        }
    }
}
