using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>Reads a log's lines out of its table. Rows that the writer would not have made are no lines. Not safe for use by several threads.</summary>
internal sealed class SqliteLineReader : AuditLineReader
{
    private const int Error = 1; // a file format that is not known, a schema that makes no sense

    private readonly SqliteConnection _connection;
    private sqlite3_stmt? _rows;

    private SqliteLineReader(SqliteConnection connection) => _connection = connection;

    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static SqliteLineReader Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no {path}.", path);
        }

        try
        {
            try
            {
                return Open(path, isImmutable: false);
            }
            catch (SqliteException e) when (e.SqliteErrorCode is SqliteFaults.CannotOpen or SqliteFaults.ReadOnly && !File.Exists(path + "-wal"))
            {
                // Evidence on a medium that nobody can write to: there a database in WAL mode can be read only as one that does not change.
                return Open(path, isImmutable: true);
            }
        }
        catch (SqliteException e)
        {
            throw new IOException($"{path} cannot be read: SQLite answers {e.SqliteErrorCode}, {e.SqliteExtendedErrorCode}.", e);
        }
    }

    private static SqliteLineReader Open(string path, bool isImmutable)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = isImmutable ? new Uri(System.IO.Path.GetFullPath(path)).AbsoluteUri + "?immutable=1" : path,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
            DefaultTimeout = 5,
        }.ToString());
        SqliteLineReader reader = new(connection);
        try
        {
            connection.Open();
            SqliteLogSchema.Guard(connection);
            bool isEmpty = SqliteLogSchema.IsEmpty(connection);
            reader.Ending = isEmpty ? null : SqliteLogSchema.WhyNot(connection);
            if (!isEmpty && reader.Ending is null)
            {
                SqliteException.ThrowExceptionForRC(
                    raw.sqlite3_prepare_v2(connection.Handle!, "SELECT number, content FROM line ORDER BY number", out sqlite3_stmt rows), connection.Handle!);
                reader._rows = rows;
            }

            return reader;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Error or SqliteFaults.Corrupt or SqliteFaults.NotADatabase)
        {
            reader.Ending = $"The database is damaged here ({e.SqliteExtendedErrorCode}).";
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    internal override bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        if (_rows is null || Ending is not null || IsTooLong)
        {
            return false;
        }

        switch (raw.sqlite3_step(_rows))
        {
            case raw.SQLITE_ROW:
                long number = raw.sqlite3_column_int64(_rows, 0);
                Fault = raw.sqlite3_column_type(_rows, 1) != raw.SQLITE_TEXT ? "The line is not kept as text: its row was changed or put in."
                    : number == Number + 1 ? null
                    : $"Row {Number + 1} has to stand here, and row {number} does: rows were put in, taken out or given other numbers.";
                Number = number;
                line = raw.sqlite3_column_blob(_rows, 1);
                Position += line.Length + 1;
                return true;
            case raw.SQLITE_DONE:
                return false;
            case raw.SQLITE_TOOBIG:
                IsTooLong = true;
                return false;
            case int result when result is Error or SqliteFaults.Corrupt or SqliteFaults.NotADatabase:
                Ending = $"The database is damaged here ({raw.sqlite3_extended_errcode(_connection.Handle!)}).";
                return false;
            case int result:
                throw new IOException($"{_connection.DataSource} cannot be read: SQLite answers {result}, {raw.sqlite3_extended_errcode(_connection.Handle!)}.");
        }
    }

    public override void Dispose()
    {
        _rows?.Dispose();
        _connection.Dispose();
    }
}
