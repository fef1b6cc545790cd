namespace IntentAuthz;

/// <summary>A log as text files: <c>audit.jsonl</c> is written, and beside it lie those that were full.</summary>
internal sealed class JsonLinesLogFile : IAuditLogFile
{
    private readonly string _path;
    private FileStream? _file; // null when it could not be opened again after it was not put aside
    private HeldLogFile? _held;
    private long _end; // of the last whole batch
    private long _left; // how much at most stands behind it of a write that failed, or of a process that died: never confirmed

    internal JsonLinesLogFile(string path)
    {
        _path = path;
        (_file, _held) = Open(path, FileMode.OpenOrCreate);
    }

    public long Length => _end;

    public AuditLineReader Read() => OpenToRead(_path);

    public AuditLineReader? ReadLastFull(out string path)
    {
        path = AuditSegments.Full(_path) is [.., (_, string last)] ? last : "";
        return path.Length > 0 ? OpenToRead(path) : null;
    }

    public void GoOnAfter(AuditLineReader lines)
    {
        _end = lines.Position;
        _left = _file!.Length - _end;
    }

    public void Append(ReadOnlySpan<byte> lines)
    {
        if (_file is null)
        {
            (_file, _held) = Open(_path, FileMode.Open);
        }

        _held!.EnsureInPlace();
        long behind = RandomAccess.GetLength(_file.SafeFileHandle) - _end;
        if (behind < 0 || behind > _left)
        {
            throw AuditLogWriter.Touched(_path);
        }

        if (behind > 0)
        {
            _file.SetLength(_end);
        }

        _left = lines.Length;
        _file.Seek(_end, SeekOrigin.Begin);
        _file.Write(lines);
        _file.Flush(flushToDisk: true);
        _end += lines.Length;
        _left = 0;
    }

    public bool TryPutAside(long segment)
    {
        string aside = AuditSegments.PathOf(_path, segment);
        FileStream full = _file!;
        try
        {
            if (OperatingSystem.IsWindows())
            {
                full.Dispose(); // a file that nobody can replace cannot be moved while it is open
                _file = null;
            }

            File.Move(_path, aside, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        try
        {
            (_file, _held) = Open(_path, FileMode.CreateNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryBringBack(aside);
            return false;
        }

        full.Dispose();
        _end = 0;
        return true;
    }

    /// <summary>When it cannot be brought back the next batch fails and says so: this one is written, and must not be written twice.</summary>
    private void TryBringBack(string aside)
    {
        try
        {
            File.Move(aside, _path, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has made a file there, or the file system failed twice.
        }
    }

    public void Dispose() => _file?.Dispose();

    internal static AuditFileReader OpenToRead(string path) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    private static (FileStream File, HeldLogFile Held) Open(string path, FileMode mode)
    {
        // On Windows nobody else can delete, move or replace it meanwhile; elsewhere HeldLogFile notices.
        FileStreamOptions options = new() { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream file = new(path, options);
        try
        {
            return (file, new HeldLogFile(path, file.SafeFileHandle));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
