using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IntentAuthz.Sqlite;

/// <summary>
/// The state of a host in one SQLite file: what is revoked, which credentials live, and the tasks with their budgets and approvals. It outlives the process; several processes of one
/// machine share it. What a method of a store has returned for has reached the disk. Safe for use by many threads; dispose it after the guard.
/// </summary>
public sealed class SqliteState : IDisposable, IAsyncDisposable
{
    private readonly StateFile _file;
    private readonly Instance _instance;
    private readonly StateWriter _writer;
    private readonly TakeOver _takeOver;
    private readonly SqliteLeaseStore _leases;
    private readonly SqliteTaskStore _tasks;
    private readonly SqliteRevocationStore _revocations;
    private readonly SqliteIncidentStore _incidents;
    private int _disposed;

    private SqliteState(SqliteStateOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _file = StateFile.Open(options);
        _instance = Instance.Enter(_file, time);
        try
        {
            _writer = new StateWriter(_file, _instance, loggers.CreateLogger<SqliteState>());
            _takeOver = new TakeOver(_file, _writer, _instance);
            _leases = new SqliteLeaseStore(_file, _writer, _instance, _takeOver);
            _tasks = new SqliteTaskStore(_file, _writer, _instance, _takeOver, time);
            _incidents = new SqliteIncidentStore(_file, _writer);
            _revocations = new SqliteRevocationStore(_file, _writer, time);
        }
        catch
        {
            _writer?.Dispose();
            _takeOver?.Dispose();
            _leases?.Dispose();
            _tasks?.Dispose();
            _incidents?.Dispose();
            _instance.Dispose();
            throw;
        }
    }

    /// <summary>The lease records.</summary>
    public ILeaseStore Leases => _leases;

    /// <summary>The root tasks.</summary>
    public ITaskStore Tasks => _tasks;

    /// <summary>What is revoked.</summary>
    public IRevocationStore Revocations => _revocations;

    /// <summary>The timelines of incidents.</summary>
    public IIncidentStore Incidents => _incidents;

    /// <summary>
    /// Says by which operator key whoever opens the file, such as the command line, may act in the operator's place. It keeps what tells the key
    /// again, not the key. <c>UseSqlite</c> does this with the host's own.
    /// </summary>
    /// <param name="key">The key; null for none.</param>
    /// <exception cref="SqliteStateException">It cannot be written.</exception>
    public void SetOperatorKey(OperatorKey? key)
    {
        try
        {
            using SqliteConnection connection = _file.Connect();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "INSERT INTO setting (name, value) VALUES ('operator-key', $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            if (key is null)
            {
                command.CommandText = "DELETE FROM setting WHERE name = 'operator-key'";
            }
            else
            {
                command.Parameters.AddWithValue("$value", key.CreateVerifier());
            }

            command.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Explain(e, _file.Path);
        }
    }

    /// <summary>Whether this is the operator key of the host that wrote the file; null when that host has none.</summary>
    /// <param name="key">The key.</param>
    /// <exception cref="SqliteStateException">The file cannot be read.</exception>
    public bool? IsOperatorKey(OperatorKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            using SqliteConnection connection = _file.Connect();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "SELECT value FROM setting WHERE name = 'operator-key'";
            return command.ExecuteScalar() is string verifier ? key.IsVerifiedBy(verifier) : null;
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Explain(e, _file.Path);
        }
    }

    /// <summary>Root tasks that have not ended, those that processes run and those that none does.</summary>
    /// <param name="tenant">Whose; null for all.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public ValueTask<System.Collections.Immutable.ImmutableArray<TaskRecord>> ReadTasksAsync(TenantId? tenant, CancellationToken cancellationToken = default) =>
        _tasks.ReadAllAsync(tenant, cancellationToken);

    /// <summary>Opens the file, or makes it, readable and writable by the host's user alone. Several processes may do so at the same time.</summary>
    /// <param name="options">Which file.</param>
    /// <param name="time">The clock; the system's when null.</param>
    /// <param name="loggers">Where faults are logged; nowhere when null.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="SqliteStateException">The file cannot be used: it is foreign, damaged, of a newer version, or open to other users.</exception>
    public static SqliteState Open(SqliteStateOptions options, TimeProvider? time = null, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new SqliteState(options, time ?? TimeProvider.System, SteadyLoggers.Over(loggers ?? NullLoggerFactory.Instance));
    }

    /// <summary>Writes what waits and closes the file. What this process held is taken over by the next one that asks.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _writer.Dispose();
        _revocations.Dispose();
        _leases.Dispose();
        _tasks.Dispose();
        _incidents.Dispose();
        _takeOver.Dispose();
        _instance.Dispose(); // last: from here on others take over
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));
}
