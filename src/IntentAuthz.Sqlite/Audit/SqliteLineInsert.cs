using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>The statement that adds a line, prepared once. For one thread at a time.</summary>
internal sealed class SqliteLineInsert : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    internal SqliteLineInsert(sqlite3 database)
    {
        _database = database;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v3(database, "INSERT INTO line (number, content) VALUES (?1, ?2)", raw.SQLITE_PREPARE_PERSISTENT, out _statement), database);
    }

    internal void Run(long number, ReadOnlySpan<byte> content)
    {
        Check(raw.sqlite3_bind_int64(_statement, 1, number));
        Check(raw.sqlite3_bind_text(_statement, 2, content));
        int result = raw.sqlite3_step(_statement);
        int reset = raw.sqlite3_reset(_statement);
        if (result != raw.SQLITE_DONE)
        {
            Check(reset != raw.SQLITE_OK ? reset : result);
        }
    }

    public void Dispose() => _statement.Dispose();

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(result, _database);
        }
    }
}
