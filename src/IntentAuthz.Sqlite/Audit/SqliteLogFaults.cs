using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>Says what a fault of SQLite means for who operates the audit. No message holds a record's content.</summary>
internal static class SqliteLogFaults
{
    private const int Constraint = 19;

    internal static IOException Explain(SqliteException e, string path) => new(
        e.SqliteErrorCode switch
        {
            SqliteFaults.Full => $"The disk of {path} is full: nothing was written. Make room; it is tried again by itself.",
            SqliteFaults.Busy or SqliteFaults.Locked => $"Another program holds {path}, such as an open sqlite3 shell; nothing was written. It is tried again by itself.",
            SqliteFaults.IoError => $"The device of {path} failed ({e.SqliteExtendedErrorCode}).",
            SqliteFaults.Corrupt or SqliteFaults.NotADatabase => $"{path} is damaged or was altered. Move its files away and keep them, 'intentauthz audit verify' says more.",
            SqliteFaults.ReadOnly or SqliteFaults.CannotOpen => $"{path} cannot be opened for writing; check the directory, its permissions and the file system.",
            Constraint => $"Somebody else has written into the log {path}. Move its files away and keep them, 'intentauthz audit verify' says more.",
            _ => $"SQLite refused to go on with {path} ({e.SqliteErrorCode}, {e.SqliteExtendedErrorCode}).",
        },
        e);

    internal static IOException Foreign(string path) => new($"The file {path} holds something else than an audit log; give the audit a file of its own.");
}
