using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace IntentAuthz.Sqlite;

/// <summary>
/// What is revoked, in the order it was written: SQLite lets one process write at a time, so positions are given in the order of commits and no
/// reader sees a later one before an earlier.
/// </summary>
internal sealed class SqliteRevocationStore : IRevocationStore, IDisposable
{
    private const string Select =
        "SELECT position, kind, tenant, id, why, at, expires_at FROM revocation WHERE position > ?1 AND (?1 > 0 OR why IS NOT NULL) ORDER BY position";

    // Two revocations of one target stand as one, for as long as the longer; who and why are the first's, but for a stop that an incident laid, in
    // whose place one stands that none did. max() is NULL, which is for ever, where either is.
    private const string Add = """
        INSERT OR REPLACE INTO revocation (kind, tenant, id, why, at, expires_at)
        SELECT $kind, $tenant, $id,
            CASE WHEN known.why IS NULL OR ($incident IS NULL AND known.why ->> 'incident' IS NOT NULL) THEN $why ELSE known.why END,
            CASE WHEN known.why IS NULL OR ($incident IS NULL AND known.why ->> 'incident' IS NOT NULL) THEN $at ELSE known.at END,
            CASE WHEN known.why IS NULL THEN $expires_at ELSE max(known.expires_at, $expires_at) END
        FROM (SELECT 1) LEFT JOIN revocation AS known ON known.kind = $kind AND known.tenant = $tenant AND known.id = $id AND known.why IS NOT NULL
        WHERE known.why IS NULL
            OR (known.expires_at IS NOT NULL AND ($expires_at IS NULL OR known.expires_at < $expires_at))
            OR ($incident IS NULL AND known.why ->> 'incident' IS NOT NULL)
        """;

    private const string Lift = """
        INSERT OR REPLACE INTO revocation (kind, tenant, id, at)
        SELECT kind, tenant, id, $now FROM revocation WHERE kind = $kind AND tenant = $tenant AND id = $id AND why IS NOT NULL
        """;

    // A reader that has seen an entry knows itself when it expires; one that has not, does not need it.
    private const string ForgetExpired = "DELETE FROM revocation WHERE expires_at < $before";

    // That something was lifted is told for as long as any process is there that may have read it standing. One that joined later never did.
    private const string ForgetLifted =
        "DELETE FROM revocation WHERE why IS NULL AND position <= (SELECT MIN(joined_at_position) FROM instance)";

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_keptBeyond = TimeSpan.FromMinutes(1); // clocks of one machine's processes agree; one that steps back is forgiven a little

    private readonly StateWriter _writer;
    private readonly StateReader _reader;
    private readonly TimeProvider _time;
    private long _lastSweep; // of the writer's thread alone
    private bool _swept;
    private long _versionRead = -1; // of the reader alone, as is the next: data_version when the last reading began
    private long _positionRead = -1;

    internal SqliteRevocationStore(StateFile file, StateWriter writer, TimeProvider time)
    {
        _writer = writer;
        _time = time;
        _reader = new StateReader(file);
    }

    public bool IsShared => true;

    public async ValueTask AddAsync(RevocationEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        (string, object?)[] values =
        [
            .. Key(entry.Target),
            ("$why", RevocationWhy.Write(entry)),
            ("$incident", entry.Incident?.Value),
            ("$at", entry.At.UtcTicks),
            ("$expires_at", entry.ExpiresAt?.UtcTicks),
        ];

        // Also by a process that was taken over: what it stops, it stops.
        await _writer.WriteAsync(
            statements =>
            {
                int added = statements.Run(Add, values);
                Sweep(statements);
                return added;
            },
            needsToLive: false, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask LiftAsync(RevocationTarget target, CancellationToken cancellationToken)
    {
        (string, object?)[] values = [.. Key(target), ("$now", _time.GetUtcNow().UtcTicks)];
        await _writer.WriteAsync(statements => statements.Run(Lift, values), needsToLive: false, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<long> ReadAsync(long after, Action<RevocationChange> changes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return _reader.ReadAsync((connection, cancelled) => Read(connection, after, changes, cancelled), cancellationToken);
    }

    public void Dispose() => _reader.Dispose();

    private long Read(SqliteConnection connection, long after, Action<RevocationChange> changes, CancellationToken cancellationToken)
    {
        // A counter that moves when another connection, the writer's included, has committed. Read before the rows: what comes between the two is
        // read twice rather than missed.
        long version = DataVersion(connection.Handle!);
        if (version == _versionRead && after == _positionRead)
        {
            return after;
        }

        long position = RevocationReading.Read(connection, Select, after, changes, cancellationToken);
        _versionRead = version;
        _positionRead = position;
        return position;
    }

    private static long DataVersion(sqlite3 db)
    {
        Check(db, raw.sqlite3_prepare_v2(db, "PRAGMA data_version", out sqlite3_stmt statement));
        using (statement)
        {
            int code = raw.sqlite3_step(statement);
            if (code != raw.SQLITE_ROW)
            {
                Check(db, code);
            }

            return raw.sqlite3_column_int64(statement, 0);
        }
    }

    private static void Check(sqlite3 db, int code) => SqliteException.ThrowExceptionForRC(code, db);

    private void Sweep(StateStatements statements)
    {
        if (_swept && _time.GetElapsedTime(_lastSweep) < s_sweepEvery)
        {
            return;
        }

        _swept = true;
        _lastSweep = _time.GetTimestamp();
        statements.Run(ForgetExpired, ("$before", (_time.GetUtcNow() - s_keptBeyond).UtcTicks));
        statements.Run(ForgetLifted);
    }

    private static (string, object?)[] Key(RevocationTarget target) =>
        [("$kind", (long)target.Kind), ("$tenant", target.Tenant.Value ?? ""), ("$id", target.Id)];
}
