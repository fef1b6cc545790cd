using System.Globalization;

using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>
/// A log as a table of its lines: <c>audit.db</c> is written, and beside it lie the databases that were full. A batch is a transaction, durable when
/// it is committed. The connection's own interface is used for what is done a line: the provider's commands cost as much as the insert.
/// </summary>
internal sealed class SqliteLogFile : IAuditLogFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _path;
    private SqliteConnection? _connection;
    private SqliteLineInsert? _insert;
    private long _last; // the number of the last line that was confirmed
    private long _length;
    private bool _isDoubtful; // the device failed while a commit was made durable: what was not confirmed may be there

    internal SqliteLogFile(string path)
    {
        _path = System.IO.Path.GetFullPath(path);
        Connect();
    }

    public long Length => _length;

    public AuditLineReader Read() => SqliteLineReader.Open(_path);

    public AuditLineReader? ReadLastFull(out string path)
    {
        path = AuditSegments.Full(_path) is [.., (_, string last)] ? last : "";
        return path.Length > 0 ? SqliteLineReader.Open(path) : null;
    }

    public void GoOnAfter(AuditLineReader lines) => (_last, _length) = (lines.Number, lines.Position);

    public void Append(ReadOnlySpan<byte> lines)
    {
        int length = lines.Length;
        bool isCommitting = false;
        if (!File.Exists(_path))
        {
            throw AuditLogWriter.Gone(_path);
        }

        try
        {
            SqliteConnection connection = _connection ?? Reconnect();
            StateFile.Execute(connection, "BEGIN IMMEDIATE");
            if (_isDoubtful)
            {
                StateFile.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM line WHERE number > {_last}"));
            }

            long number = _last;
            for (int end = lines.IndexOf((byte)'\n'); end >= 0; end = lines.IndexOf((byte)'\n'))
            {
                _insert!.Run(++number, lines[..end]);
                lines = lines[(end + 1)..];
            }

            isCommitting = true;
            StateFile.Execute(connection, "COMMIT");
            (_last, _length, _isDoubtful) = (number, _length + length, false);
        }
        catch (SqliteException e)
        {
            _isDoubtful |= isCommitting;
            Disconnect(); // takes back what was begun; the next batch begins with a connection that knows nothing of this one's fault
            throw SqliteLogFaults.Explain(e, _path);
        }
    }

    public bool TryPutAside(long segment)
    {
        string aside = AuditSegments.PathOf(_path, segment);
        if (File.Exists(aside) || _connection is null)
        {
            return false;
        }

        try
        {
            // Out of WAL: everything is in the one file that is moved. Somebody who reads the log at this moment prevents it, and it is tried later.
            if (!string.Equals(SqliteLogSchema.AskText(_connection, "PRAGMA journal_mode = DELETE"), "delete", StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            Disconnect();
            File.Move(_path, aside, overwrite: false);
            (_last, _length, _isDoubtful) = (0, 0, false);
            Connect();
            return true;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Disconnect(); // connected again by the next batch, to whichever file stands there
            return _length == 0;
        }
    }

    public void Dispose() => Disconnect();

    private void Disconnect()
    {
        _insert?.Dispose();
        _insert = null;
        _connection?.Dispose();
        _connection = null;
    }

    /// <summary>Connects after a fault, to the log that was there before it.</summary>
    private SqliteConnection Reconnect()
    {
        SqliteConnection connection = Connect();
        long last = StateFile.Ask(connection, "SELECT COALESCE(MAX(number), 0) FROM line");
        if (last < _last || (last > _last && !_isDoubtful))
        {
            Disconnect();
            throw AuditLogWriter.Gone(_path);
        }

        return connection;
    }

    private SqliteConnection Connect()
    {
        try
        {
            MakeOrInspect();
            SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = _path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 5 }.ToString());
            _connection = connection;
            connection.Open();
            SqliteLogSchema.Guard(connection);
            bool isNew = SqliteLogSchema.RefuseForeign(connection, _path); // before anything is written: the journal mode is in the file too
            if (isNew)
            {
                StateFile.Execute(connection, "PRAGMA page_size = 8192");
            }

            if (!string.Equals(SqliteLogSchema.AskText(connection, "PRAGMA journal_mode = WAL"), "wal", StringComparison.OrdinalIgnoreCase))
            {
                throw new IOException($"The file system of {_path} cannot hold a database in WAL mode; use a local one.");
            }

            // FULL: each commit is on the disk before it returns. The journal is copied into the database each 32 MiB.
            StateFile.Execute(connection, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384");
            if (isNew)
            {
                SqliteLogSchema.Make(connection);
            }

            _insert = new SqliteLineInsert(connection.Handle!);
            return connection;
        }
        catch (SqliteException e)
        {
            Disconnect();
            throw SqliteLogFaults.Explain(e, _path);
        }
        catch
        {
            Disconnect();
            throw;
        }
    }

    /// <summary>Makes the file for its owner alone; SQLite gives those beside it the same permissions.</summary>
    private void MakeOrInspect()
    {
        FileStreamOptions make = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            make.UnixCreateMode = OwnerOnly;
        }

        using FileStream stream = new(_path, make);
        Span<byte> head = stackalloc byte[16];
        int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (read > 0 && !head[..read].SequenceEqual(SqliteLogSchema.Magic))
        {
            throw SqliteLogFaults.Foreign(_path);
        }
    }
}
