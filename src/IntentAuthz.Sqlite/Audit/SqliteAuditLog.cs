namespace IntentAuthz.Sqlite;

/// <summary>
/// Names the logs of <see cref="SqliteAuditSink"/> to whatever reads an <see cref="AuditLog"/>: <see cref="AuditVerifier"/>, a replay, the evidence
/// of an incident. The chain, the checkpoints and the findings are those of files; a line is a row and its number that of the row. Databases are
/// opened for reading only.
/// </summary>
public static class SqliteAuditLog
{
    /// <summary>A log as databases.</summary>
    /// <param name="path">The database that is, or was, written. It need not be there.</param>
    public static AuditLog At(string path) => new(path, SqliteLineReader.Open);

    /// <summary>A log in whichever form it is kept there: databases, or files of lines. Without any file it is one of lines.</summary>
    /// <param name="path">The file that is, or was, written.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static AuditLog Detect(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return IsDatabase(path) ? At(path) : AuditLog.JsonLines(path);
    }

    /// <summary>Whether the file, or the last one that was put aside, begins as a database does.</summary>
    private static bool IsDatabase(string path)
    {
        if (!File.Exists(path))
        {
            string directory = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
            if (!Directory.Exists(directory) || AuditSegments.Full(path) is not [.., (_, string last)])
            {
                return false;
            }

            path = last;
        }

        if (LinuxFile.IsRegular(path) == false)
        {
            return false; // reading it says so
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        Span<byte> head = stackalloc byte[16];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.SequenceEqual(SqliteLogSchema.Magic);
    }
}
