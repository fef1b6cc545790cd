using System.Globalization;

using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>
/// What a database of a log looks like: one table of its lines and nothing else. A trigger could take a line away again, a view could show what was
/// never written: a database that holds anything besides is none of ours.
/// </summary>
internal static class SqliteLogSchema
{
    /// <summary>"IAzL": says whose file it is (PRAGMA application_id).</summary>
    private const int ApplicationId = 0x49417A4C;
    private const string Table = "CREATE TABLE line (number INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT";

    internal static ReadOnlySpan<byte> Magic => "SQLite format 3\0"u8;

    internal static void Make(SqliteConnection connection) => StateFile.Execute(
        connection, string.Create(CultureInfo.InvariantCulture, $"BEGIN IMMEDIATE; {Table}; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = 1; COMMIT;"));

    /// <summary>Takes from a connection what a file made by somebody else could use against us.</summary>
    internal static void Guard(SqliteConnection connection)
    {
        sqlite3 database = connection.Handle!;
        _ = raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, out _);
        _ = raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_ENABLE_VIEW, 0, out _);
        _ = raw.sqlite3_db_config(database, raw.SQLITE_DBCONFIG_DEFENSIVE, 1, out _);
        _ = raw.sqlite3_limit(database, raw.SQLITE_LIMIT_LENGTH, AuditLineReader.MaxLine + 1024);
        StateFile.Execute(connection, "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
    }

    /// <summary>Whether the database is empty.</summary>
    /// <exception cref="IOException">It holds something else than a log.</exception>
    internal static bool RefuseForeign(SqliteConnection connection, string path)
    {
        if (IsEmpty(connection))
        {
            return true;
        }

        if (WhyNot(connection) is { } why)
        {
            throw StateFile.Ask(connection, "PRAGMA application_id") == ApplicationId ? new IOException($"{path}: {why} It is not gone on with: move its files away and keep them, 'intentauthz audit verify' says more.") : SqliteLogFaults.Foreign(path);
        }

        return false;
    }

    /// <summary>Whether nothing is in it yet: its writer died, or is, between making the file and making the table.</summary>
    internal static bool IsEmpty(SqliteConnection connection) =>
        StateFile.Ask(connection, "PRAGMA application_id") == 0 && StateFile.Ask(connection, "PRAGMA user_version") == 0
        && StateFile.Ask(connection, "SELECT COUNT(*) FROM sqlite_schema") == 0;

    /// <summary>Why a database is none that the writer has made; null when it is.</summary>
    internal static string? WhyNot(SqliteConnection connection)
    {
        if (StateFile.Ask(connection, "PRAGMA application_id") != ApplicationId)
        {
            return "The database is none of an audit log.";
        }

        if (StateFile.Ask(connection, "PRAGMA user_version") is not 1 and var version)
        {
            return $"The database is of version {version}, and this library knows version 1.";
        }

        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT COUNT(*), MAX(type = 'table' AND name = 'line' AND tbl_name = 'line' AND sql = $sql) FROM sqlite_schema";
        command.Parameters.AddWithValue("$sql", Table);
        using SqliteDataReader row = command.ExecuteReader();
        _ = row.Read();
        return row.GetInt64(0) == 1 && row.GetInt64(1) == 1
            ? null
            : "The database does not hold the one table of a log and nothing else: a table, a trigger, a view or an index was put in or altered.";
    }

    internal static string? AskText(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // text of our own, from constants
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() as string;
    }
}
