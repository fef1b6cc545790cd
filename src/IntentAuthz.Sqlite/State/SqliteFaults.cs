using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>Says what a fault of SQLite means for an operator.</summary>
internal static class SqliteFaults
{
    internal const int Busy = 5;
    internal const int Locked = 6;
    internal const int ReadOnly = 8;
    internal const int IoError = 10;
    internal const int Corrupt = 11;
    internal const int Full = 13;
    internal const int CannotOpen = 14;
    internal const int NotADatabase = 26;

    /// <summary>Whether it concerns the file as a whole, so that the transaction it met cannot go on.</summary>
    internal static bool IsOfTheFile(SqliteException e) =>
        e.SqliteErrorCode is Busy or Locked or ReadOnly or IoError or Corrupt or Full or CannotOpen or NotADatabase;

    internal static SqliteStateException Explain(SqliteException e, string path, bool committing = false)
    {
        string what = e.SqliteErrorCode switch
        {
            Full => $"The disk of {path}, or the file's own limit, is full: nothing was written. Make room; the next write is tried as usual.",
            Busy or Locked => $"Other processes held {path} for longer than SqliteStateOptions.BusyTimeout; nothing was written. Look for a process that hangs in a transaction, such as an open sqlite3 shell.",
            IoError => $"The device of {path} failed ({e.SqliteExtendedErrorCode}).",
            Corrupt or NotADatabase => $"{path} is damaged. Stop the host, keep the file for inspection, and restore a copy or start with a new one: see docs/state.md for what that forgets.",
            ReadOnly or CannotOpen => $"{path} cannot be opened for writing; check the directory, its permissions and the file system.",
            _ => $"SQLite refused ({e.SqliteErrorCode}, {e.SqliteExtendedErrorCode}).",
        };
        return new SqliteStateException(what, e, e.SqliteErrorCode, committing && e.SqliteErrorCode == IoError);
    }
}
