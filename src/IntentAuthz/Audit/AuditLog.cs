namespace IntentAuthz;

/// <summary>
/// An audit log that is read, whichever way its lines are kept: <see cref="JsonLines"/> for the files of <see cref="JsonLinesAuditSink"/>,
/// <c>SqliteAuditLog.At</c> for the databases of <c>SqliteAuditSink</c>. It opens nothing before it is read, only reads, and the host may be writing
/// meanwhile. Immutable, safe for use by many threads.
/// </summary>
public sealed class AuditLog
{
    private readonly Func<string, AuditLineReader> _open;

    internal AuditLog(string path, Func<string, AuditLineReader> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = path;
        _open = open;
    }

    /// <summary>The file that is, or was, written, as the host's sink was given it. Full files beside it, which were put aside, belong to the log.</summary>
    public string Path { get; }

    /// <summary>A log as text files, as <see cref="JsonLinesAuditSink"/> writes it.</summary>
    /// <param name="path">The file that is, or was, written. It need not be there.</param>
    public static AuditLog JsonLines(string path) => new(path, JsonLinesLogFile.OpenToRead);

    /// <inheritdoc/>
    public override string ToString() => Path;

    /// <summary>The files that are there, in order: those that were full, then the one that is written.</summary>
    /// <exception cref="IOException">Their directory cannot be read.</exception>
    internal List<string> Files()
    {
        List<string> files = [.. AuditSegments.Full(Path).Select(static s => s.Path)];
        if (File.Exists(Path))
        {
            files.Add(Path);
        }

        return files;
    }

    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    internal AuditLineReader Open(string file) =>
        LinuxFile.IsRegular(file) == false ? throw new IOException($"{file} is no regular file, so no audit log.") : _open(file);
}
