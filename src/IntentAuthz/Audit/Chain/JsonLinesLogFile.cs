namespace IntentAuthz;

/// <summary>A log as text files: <c>audit.jsonl</c> is written, and beside it lie those that were full.</summary>
internal sealed class JsonLinesLogFile : IAuditLogFile
{
    private readonly string _path;
    private FileStream _file;
    private long _end; // of the last whole batch; what may stand behind it was never confirmed

    internal JsonLinesLogFile(string path)
    {
        _path = path;
        _file = Open(path);
    }

    public long Length => _end;

    public AuditLineReader Read() => OpenToRead(_path);

    public AuditLineReader? ReadLastFull(out string path)
    {
        path = AuditSegments.Full(_path) is [.., (_, string last)] ? last : "";
        return path.Length > 0 ? OpenToRead(path) : null;
    }

    public void GoOnAfter(AuditLineReader lines) => _end = lines.Position;

    public void Append(ReadOnlySpan<byte> lines)
    {
        if (!File.Exists(_path))
        {
            throw AuditLogWriter.Gone(_path);
        }

        if (_file.Length != _end)
        {
            _file.SetLength(_end); // what a write that failed, or a process that died, has left behind the last whole line
        }

        _file.Seek(_end, SeekOrigin.Begin);
        _file.Write(lines);
        _file.Flush(flushToDisk: true);
        _end += lines.Length;
    }

    public bool TryPutAside(long segment)
    {
        string aside = AuditSegments.PathOf(_path, segment);
        try
        {
            File.Move(_path, aside, overwrite: false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
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
            return false;
        }

        full.Dispose();
        _end = 0;
        return true;
    }

    public void Dispose() => _file.Dispose();

    internal static AuditFileReader OpenToRead(string path) =>
        new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));

    private static FileStream Open(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
