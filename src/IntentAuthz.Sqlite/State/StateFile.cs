using System.Globalization;

using Microsoft.Data.Sqlite;

namespace IntentAuthz.Sqlite;

/// <summary>The one file: opened, checked and brought to this version before anything else touches it.</summary>
internal sealed class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly byte[] s_magic = "SQLite format 3\0"u8.ToArray();

    private readonly SqliteStateOptions _options;

    private StateFile(SqliteStateOptions options, string path)
    {
        _options = options;
        Path = path;
    }

    internal string Path { get; }

    internal static StateFile Open(SqliteStateOptions options)
    {
        StateFile file = new(options, System.IO.Path.GetFullPath(options.Path));
        try
        {
            file.Prepare();
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Explain(e, file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SqliteStateException($"{file.Path} cannot be opened; check the directory, its permissions and the file system.", e, SqliteFaults.CannotOpen);
        }

        return file;
    }

    /// <summary>A connection of its own, for one user at a time.</summary>
    internal SqliteConnection Connect()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false, // a pooled connection would outlive its owner, and keep the file
            DefaultTimeout = Math.Max(1, (int)Math.Ceiling(_options.BusyTimeout.TotalSeconds)),
        }.ToString());
        try
        {
            connection.Open();

            // FULL: WAL with NORMAL may lose the last commits when power fails, and with them the only trace of a live credential, or a stop.
            Execute(connection, string.Create(CultureInfo.InvariantCulture, $"""
                PRAGMA busy_timeout = {(int)_options.BusyTimeout.TotalMilliseconds};
                PRAGMA synchronous = FULL;
                PRAGMA trusted_schema = OFF;
                PRAGMA cell_size_check = ON;
                PRAGMA journal_size_limit = 67108864;
                """));
            if (_options.MaxPages is { } pages)
            {
                Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    internal static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // text of our own, from constants
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    internal static long Ask(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // text of our own, from constants
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Prepare()
    {
        MakeOrInspect();
        using SqliteConnection connection = Connect();
        RefuseForeign(connection); // before anything is written: the journal mode is in the file too
        SwitchToWal(connection);
        Migrate(connection);
        if (_options.CheckOnOpen)
        {
            Check(connection);
        }
    }

    /// <summary>Makes the file for its owner alone; SQLite gives those beside it the same permissions.</summary>
    private void MakeOrInspect()
    {
        FileStreamOptions make = new()
        {
            Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete,
        };
        if (!OperatingSystem.IsWindows())
        {
            make.UnixCreateMode = OwnerOnly;
        }

        using FileStream stream = new(Path, make);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(stream.SafeFileHandle) & ~OwnerOnly) != 0)
        {
            throw new SqliteStateException($"{Path} is open to other users, who could lift a stop or take a lease's record away. Run: chmod 600 {Path}");
        }

        Span<byte> head = stackalloc byte[16];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read > 0 && !head[..read].SequenceEqual(s_magic.AsSpan(0, read)))
        {
            throw new SqliteStateException($"{Path} is no SQLite database; it was left as it is. Name another file.", code: SqliteFaults.NotADatabase);
        }
    }

    private void RefuseForeign(SqliteConnection connection)
    {
        long id = Ask(connection, "PRAGMA application_id");
        if (id != Schema.ApplicationId && (id != 0 || Ask(connection, "SELECT COUNT(*) FROM sqlite_schema") != 0))
        {
            throw new SqliteStateException($"{Path} is a database of another program; it was left as it is. Name another file.");
        }

        RefuseNewer(Ask(connection, "PRAGMA user_version"));
    }

    private void RefuseNewer(long version)
    {
        if (version > Schema.Version)
        {
            throw new SqliteStateException(
                $"{Path} was written by a newer version of IntentAuthz.Sqlite (schema {version}; this one knows {Schema.Version}); it was left as it is. Update this host, or restore a copy from before the update.");
        }
    }

    /// <summary>Needs the file alone for a moment. SQLite does not wait for that by itself where others have it open in the old mode.</summary>
    private void SwitchToWal(SqliteConnection connection)
    {
        long started = Environment.TickCount64;
        while (true)
        {
            try
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = "PRAGMA journal_mode = WAL";
                string? mode = command.ExecuteScalar() as string;
                if (!string.Equals(mode, "wal", StringComparison.OrdinalIgnoreCase))
                {
                    throw new SqliteStateException($"The file system of {Path} cannot hold a database that several processes share ({mode}); use a local one.");
                }

                return;
            }
            catch (SqliteException e) when (
                e.SqliteErrorCode is SqliteFaults.Busy or SqliteFaults.Locked && Environment.TickCount64 - started < _options.BusyTimeout.TotalMilliseconds)
            {
                Thread.Sleep(5);
            }
        }
    }

    private void Migrate(SqliteConnection connection)
    {
        if (Ask(connection, "PRAGMA user_version") == Schema.Version)
        {
            return;
        }

        // One process does it and the others wait here; what it did is looked at again inside.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long version = Ask(connection, "PRAGMA user_version");
        RefuseNewer(version);
        for (int from = (int)version; from < Schema.Version; from++)
        {
            Execute(connection, Schema.Step(from));
        }

        Execute(connection, string.Create(
            CultureInfo.InvariantCulture, $"PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {Schema.Version};"));
        transaction.Commit();
    }

    private void Check(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(1)";
        if (command.ExecuteScalar() as string != "ok")
        {
            throw new SqliteStateException(
                $"{Path} is damaged; it was left as it is. Keep it for inspection, and restore a copy or start with a new file: see docs/state.md for what that forgets.",
                code: SqliteFaults.Corrupt);
        }
    }
}
