using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>
/// Keeps decisions in files of a directory of its own, encrypted with AES-256-GCM under a key of the host's, and flushed to the disk before they
/// are acknowledged. Files are only appended to; each process begins a new one. One process writes a directory; a second one is refused. Old files
/// are the host's to delete, from the oldest on. Safe for use by many threads.
/// </summary>
public sealed class FileDecisionStore : IDecisionStore, IDisposable
{
    private readonly Lock _writing = new(); // guards all below
    private readonly string _directory;
    private readonly IDecisionKeyProvider _keys;
    private readonly DecisionFileOptions _options;
    private readonly FileStream _lock;
    private readonly DecisionEncoder _encoder;
    private byte[] _block = [];
    private DecisionFileWriter? _file; // null until something is to be written, and after a failure
    private long _last; // the number of the newest file
    private long _oversized;
    private bool _isDisposed;

    /// <summary>Opens a store, or begins it.</summary>
    /// <param name="directory">The directory. It must exist; only the host should be able to read it.</param>
    /// <param name="keys">The keys. The store does not dispose them.</param>
    /// <param name="options">How to write; null for what is usual.</param>
    /// <exception cref="IOException">The directory cannot be used, for example since another process writes it.</exception>
    public FileDecisionStore(string directory, IDecisionKeyProvider keys, DecisionFileOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(keys);
        _directory = directory;
        _keys = keys;
        _options = options ?? new DecisionFileOptions();
        _encoder = new DecisionEncoder(_options.BlockBytes + 4096);
        _lock = Lock(directory);
        try
        {
            if (DecisionFiles.In(directory) is [.., (long number, string path)])
            {
                _last = number < DecisionFiles.MaxNumber ? number : throw new IOException($"{path} has a number that no store comes to; move it away.");
                DecisionFileWriter.CutToLastBlock(path, number);
            }

            Begin(); // so that a key that is not there keeps the host from starting
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    /// <summary>Reads a store's decisions in the order they were written, for export and for tests; a <see cref="DecisionReplay"/> reads faster.</summary>
    /// <param name="directory">The store's directory.</param>
    /// <param name="keys">Its keys.</param>
    /// <exception cref="DecisionStoreException">While it is enumerated: a file is not what was written. A file that ends early ends the file, not the enumeration.</exception>
    public static IEnumerable<RecordedDecision> ReadAll(string directory, IDecisionKeyProvider keys)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(keys);
        return DecisionFiles.In(directory).SelectMany(file => DecisionFileReader.ReadAll(file.Path, file.Number, keys));
    }

    /// <summary>How many decisions were not kept since one alone was larger than a block may be, 16 MiB.</summary>
    public long OversizedDecisions => Interlocked.Read(ref _oversized);

    /// <inheritdoc/>
    public ValueTask AppendAsync(ReadOnlyMemory<RecordedDecision> decisions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Append(decisions.Span);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Marks the end of the newest file and closes it.</summary>
    public void Dispose()
    {
        lock (_writing)
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                try
                {
                    _file?.End();
                }
                catch (IOException)
                {
                    // A full disk: what was acknowledged is there, and a reader says that the file has no end.
                }

                _file?.Dispose();
                _lock.Dispose();
                CryptographicOperations.ZeroMemory(_block);
            }
        }
    }

    private void Append(ReadOnlySpan<RecordedDecision> decisions)
    {
        DecisionFileWriter file = _file ?? Begin();
        try
        {
            foreach (RecordedDecision decision in decisions)
            {
                int before = _encoder.Length;
                int count = _encoder.Count;
                _encoder.Add(decision);
                if (_encoder.Length > BlockFrame.MaxLength)
                {
                    _encoder.CutTo(before, count);
                    WriteBlock(file);
                    AddAlone(decision);
                }

                if (_encoder.Length >= _options.BlockBytes)
                {
                    WriteBlock(file);
                }
            }

            WriteBlock(file);
            file.Flush();
        }
        catch
        {
            // Whatever stands there of this batch was not acknowledged and will come again. A number may be used up, so the file is not gone on with.
            _encoder.Clear();
            _file = null;
            file.Abandon();
            throw;
        }

        if (file.Length >= _options.MaxFileBytes)
        {
            _file = null;
            EndFull(file);
        }
    }

    private static void EndFull(DecisionFileWriter file)
    {
        try
        {
            file.End();
            file.Dispose();
        }
        catch (IOException)
        {
            file.Abandon(); // the batch is on the disk: failing here would have it written once more. A reader says that the file has no end.
        }
    }

    private void AddAlone(RecordedDecision decision)
    {
        _encoder.Add(decision);
        if (_encoder.Length > BlockFrame.MaxLength)
        {
            _encoder.Clear();
            Interlocked.Increment(ref _oversized);
        }
    }

    private void WriteBlock(DecisionFileWriter file)
    {
        if (_encoder.Count > 0)
        {
            if (_block.Length < _encoder.Length + BlockFrame.Size + BlockCipher.TagSize)
            {
                _block = new byte[_encoder.Length + BlockFrame.Size + BlockCipher.TagSize + 4096]; // cipher text only: nothing to wipe
            }

            file.Write(BlockFrame.Decisions, _encoder.Written, _encoder.Count, _block);
        }

        _encoder.Clear();
    }

    private DecisionFileWriter Begin()
    {
        DecisionFileWriter file = DecisionFileWriter.Begin(DecisionFiles.PathOf(_directory, _last + 1), _last + 1, _keys);
        _last++;
        return _file = file;
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "decisions.lock"), FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 0);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or FileNotFoundException))
        {
            throw new IOException($"The decision store {directory} is written by another process or cannot be locked; give each writer a directory of its own.", e);
        }
    }
}
