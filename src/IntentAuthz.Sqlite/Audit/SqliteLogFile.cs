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
    private FileStream? _file; // open as long as the log is this file: closing it would take SQLite's own locks away
    private HeldLogFile? _held;
    private FileIdentity? _wal; // of the journal, which holds what was confirmed last
    private long _version; // PRAGMA data_version: another one when somebody else has written, or has emptied the journal
    private long _last; // the number of the last line that was confirmed
    private long _length;
    private long _doubtful; // the device failed while a commit was made durable: so many lines that were not confirmed may be there

    internal SqliteLogFile(string path)
    {
        _path = System.IO.Path.GetFullPath(path);
        try
        {
            Connect(isFirst: true);
        }
        catch
        {
            Release();
            throw;
        }
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
        long number = _last;
        EnsureInPlace();
        try
        {
            SqliteConnection connection = _connection ?? Connect(isFirst: false);
            StateFile.Execute(connection, "BEGIN IMMEDIATE");
            EnsureUntouched(connection);
            if (_doubtful > 0)
            {
                StateFile.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM line WHERE number > {_last}"));
            }

            for (int end = lines.IndexOf((byte)'\n'); end >= 0; end = lines.IndexOf((byte)'\n'))
            {
                _insert!.Run(++number, lines[..end]);
                lines = lines[(end + 1)..];
            }

            isCommitting = true;
            StateFile.Execute(connection, "COMMIT");
            (_last, _length, _doubtful) = (number, _length + length, 0);
            _wal ??= LinuxFile.Identify(_path + "-wal");
        }
        catch (SqliteException e)
        {
            _doubtful = isCommitting ? Math.Max(_doubtful, number - _last) : _doubtful;
            Disconnect(); // takes back what was begun; the next batch begins with a connection that knows nothing of this one's fault
            throw SqliteLogFaults.Explain(e, _path);
        }
        catch
        {
            Disconnect();
            throw;
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
            Release();
            File.Move(_path, aside, overwrite: false);
            (_last, _length, _doubtful) = (0, 0, 0);
            Connect(isFirst: false);
            return true;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            Disconnect(); // connected again by the next batch, to whichever file stands there
            return _length == 0;
        }
    }

    public void Dispose()
    {
        try
        {
            EnsureInPlace();
        }
        catch (IOException) when (_connection is not null)
        {
            // SQLite deletes the journal by its name when it closes: it could be that of the file that was put there.
            _ = raw.sqlite3_db_config(_connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        }
        catch (IOException)
        {
            // Nothing is open that could do harm.
        }

        Disconnect();
        Release();
    }

    private void Disconnect()
    {
        _insert?.Dispose();
        _insert = null;
        _connection?.Dispose();
        _connection = null;
        _wal = null;
    }

    private void Release()
    {
        _file?.Dispose();
        (_file, _held) = (null, null);
    }

    /// <summary>Fails when the path, or that of the journal, leads to another file than the one that is written.</summary>
    private void EnsureInPlace()
    {
        _held?.EnsureInPlace();
        if (_held is null && _length > 0 && !File.Exists(_path))
        {
            throw AuditLogWriter.Gone(_path);
        }

        if (_wal is { } wal && LinuxFile.Identify(_path + "-wal") != wal)
        {
            throw AuditLogWriter.Gone(_path);
        }
    }

    /// <summary>
    /// Fails when the lines are not those that were written, by their number and length; an altered text of the same length is the verifier's to
    /// find. They are counted only when there is reason to: after a fault, and when somebody else has done something to the database.
    /// </summary>
    private void EnsureUntouched(SqliteConnection connection)
    {
        long version = StateFile.Ask(connection, "PRAGMA data_version");
        if (version == _version)
        {
            return;
        }

        long last = StateFile.Ask(connection, "SELECT COALESCE(MAX(number), 0) FROM line");
        string confirmed = string.Create(CultureInfo.InvariantCulture, $"FROM line WHERE number <= {_last}");
        if (last < _last || last > _last + _doubtful
            || StateFile.Ask(connection, "SELECT COUNT(*) " + confirmed) != _last
            || StateFile.Ask(connection, "SELECT COALESCE(SUM(LENGTH(CAST(content AS BLOB)) + 1), 0) " + confirmed) != _length)
        {
            throw AuditLogWriter.Touched(_path);
        }

        _version = version;
    }

    private SqliteConnection Connect(bool isFirst)
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
            _version = isFirst ? StateFile.Ask(connection, "PRAGMA data_version") : -1; // the first time all lines are read after this; later they are counted
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

    /// <summary>
    /// Makes the file for its owner alone, SQLite gives those beside it the same permissions; keeps other writers out; and sees that it is a database.
    /// </summary>
    private void MakeOrInspect()
    {
        if (_file is null)
        {
            FileStreamOptions make = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                make.UnixCreateMode = OwnerOnly;
            }

            _file = new FileStream(_path, make);
            _held = new HeldLogFile(_path, _file.SafeFileHandle);
        }

        Span<byte> head = stackalloc byte[16];
        int read = RandomAccess.Read(_file.SafeFileHandle, head, fileOffset: 0);
        if (read > 0 && !head[..read].SequenceEqual(SqliteLogSchema.Magic))
        {
            throw SqliteLogFaults.Foreign(_path);
        }
    }
}
