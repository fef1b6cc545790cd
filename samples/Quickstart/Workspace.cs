namespace Quickstart;

/// <summary>The directory that everything on disk lives in: the mailbox, the database, the audit file. Removed at the end unless it was given.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly bool _isTemporary;

    private Workspace(string path, bool isTemporary)
    {
        Path = path;
        _isTemporary = isTemporary;
    }

    internal string Path { get; }

    internal string AuditFile => System.IO.Path.Combine(Path, "audit.jsonl");

    internal static Workspace Create(string? directory)
    {
        if (directory is null)
        {
            return new Workspace(Directory.CreateTempSubdirectory("intentauthz-quickstart-").FullName, isTemporary: true);
        }

        DirectoryInfo given = Directory.CreateDirectory(directory);
        return given.EnumerateFileSystemInfos().Any()
            ? throw new InvalidOperationException($"QUICKSTART_DIRECTORY names {given.FullName}, which is not empty; name a new directory.")
            : new Workspace(given.FullName, isTemporary: false);
    }

    public void Dispose()
    {
        if (_isTemporary)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
