using System.Runtime.CompilerServices;

using Microsoft.Extensions.Logging;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// The end of a role. Each step is done again when it is asked for again, and what comes first takes the most away: no new session, then no
/// session, then nothing owned, then no role. The role's own sessions can hold up any of it for a while by what they lock, so every wait is short,
/// sessions are ended before each try, and it is tried again.
/// </summary>
public sealed partial class PostgreSqlCredentialIssuer
{
    private const int Attempts = 20;
    private static readonly TimeSpan s_lockWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_keepEnded = TimeSpan.FromMinutes(10); // longer than a statement sent by a process that died can be on its way

    /// <summary>Ends the role's sessions, drops what it owns in any database of the cluster, and drops it. Succeeds when there is none.</summary>
    /// <param name="lease">The lease. A handle that this issuer does not make is refused.</param>
    /// <param name="cancellationToken">Ends the wait; what was done stays done.</param>
    /// <exception cref="ArgumentException">The handle names no lease's role of this issuer.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or something holds the role up for longer than the tries take.</exception>
    /// <exception cref="TimeoutException">A session of the role does not end.</exception>
    public async ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        string role = RoleOf(lease);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await UnmakeAsync(role, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (attempt < Attempts && IsPassing(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 * attempt), _settings.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool IsPassing(PostgresException e) => e.SqlState
        is PostgresErrorCodes.InternalError // "tuple concurrently updated": another unmaking, or the role itself
        or PostgresErrorCodes.UndefinedObject // another unmaking was faster
        or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected
        or PostgresErrorCodes.DependentObjectsStillExist or PostgresErrorCodes.ObjectInUse;

    private string RoleOf(Lease lease)
    {
        string role = lease.Handle ?? _settings.Names.OfLease(lease.Id);
        return _settings.Names.IsLease(role)
            ? role
            : throw new ArgumentException($"The lease {lease.Id} names a role that the issuer '{Name}' does not make; it is left alone.", nameof(lease));
    }

    private async Task UnmakeAsync(string role, CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        await EnterEndAsync(connection, role, cancellationToken).ConfigureAwait(false);
        uint oid = await connection.ReadOneAsync(
            "SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $1", static r => r.GetFieldValue<uint>(0), cancellationToken, role).ConfigureAwait(false);
        if (oid == 0)
        {
            return;
        }

        string quoted = SqlText.Quote(role);
        await connection.ExecuteTogetherAsync(
            cancellationToken,
            ("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LockWait]),
            ("SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE usesysid = $1", [oid]),
            ($"ALTER ROLE {quoted} NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity'", [])).ConfigureAwait(false);
        await EndSessionsAsync(connection, oid, cancellationToken).ConfigureAwait(false);
        await DropOwnedAsync(connection, role, oid, cancellationToken).ConfigureAwait(false);
        await ReportMembersAsync(connection, role, oid, cancellationToken).ConfigureAwait(false);
        await connection.ExecuteTogetherAsync(
            cancellationToken,
            ("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LockWait]),
            ($"DROP ROLE {quoted}", [])).ConfigureAwait(false);

        // A session that was logging in while logins were taken away shows only now. Its role is gone, and with it all it could do.
        await EndSessionsAsync(connection, oid, cancellationToken).ConfigureAwait(false);
        await ForgetEndedAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private static string LockWait => $"{s_lockWait.TotalMilliseconds:0}ms";

    /// <summary>
    /// Writes down that the role has ended, before it is looked for: a making that is under way is waited for, and one that comes later fails. From
    /// here on the row filters let nothing through.
    /// </summary>
    private async Task EnterEndAsync(NpgsqlConnection connection, string role, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteTogetherAsync(
                cancellationToken,
                ("SELECT pg_catalog.set_config('lock_timeout', $1, true)", [LockWait]),
                ($"""
                INSERT INTO {_settings.LeaseTable} (role, ended_at) VALUES ($1, pg_catalog.clock_timestamp())
                ON CONFLICT (role) DO UPDATE SET ended_at = coalesce(lease.ended_at, excluded.ended_at)
                """, [role])).ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.InsufficientPrivilege)
        {
            LogSchemaGone(e, _settings.Options.Schema); // the role can be unmade all the same
        }
    }

    private async Task EndSessionsAsync(NpgsqlConnection connection, uint oid, CancellationToken cancellationToken)
    {
        long began = _settings.Time.GetTimestamp();
        while (true)
        {
            List<bool> ended = await connection.ReadAsync(
                "SELECT pg_catalog.pg_terminate_backend(pid, 500) FROM pg_catalog.pg_stat_activity WHERE usesysid = $1",
                static r => r.GetBoolean(0),
                cancellationToken,
                oid).ConfigureAwait(false);
            if (ended.Count == 0)
            {
                return;
            }

            if (_settings.Time.GetElapsedTime(began) > _settings.Options.CommandTimeout)
            {
                throw new TimeoutException($"{ended.Count} sessions of the role do not end within {_settings.Options.CommandTimeout}; it cannot log in any more, and is dropped once they have ended.");
            }
        }
    }

    /// <summary>
    /// Dropped, not handed to somebody: a function or trigger of the agent's would run with the rights of whoever got it. What others have built on it
    /// is not dropped, nor can the issuer take back what they have granted to the role: the error names it, and the role, which can do nothing any more, stays
    /// until they have taken it away.
    /// </summary>
    private async Task DropOwnedAsync(NpgsqlConnection connection, string role, uint oid, CancellationToken cancellationToken)
    {
        List<string> databases = await connection.ReadAsync(
            """
            SELECT DISTINCT d.datname::text
            FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_database d ON d.oid = s.dbid OR (s.dbid = 0 AND d.datname = pg_catalog.current_database())
            WHERE s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.refobjid = $1
            """,
            static r => r.GetString(0),
            cancellationToken,
            oid).ConfigureAwait(false);
        if (databases.Count == 0)
        {
            return;
        }

        string quoted = SqlText.Quote(role);
        bool isMember = await connection.ReadOneAsync("SELECT pg_catalog.pg_has_role($1::oid, 'USAGE')", static r => r.GetBoolean(0), cancellationToken, oid).ConfigureAwait(false);
        if (!isMember)
        {
            await connection.ExecuteAsync($"GRANT {quoted} TO CURRENT_USER", cancellationToken).ConfigureAwait(false);
        }

        foreach (string name in databases)
        {
            LogOwned(role, name);
            if (name == connection.Database)
            {
                await connection.ExecuteAsync($"DROP OWNED BY {quoted}", cancellationToken).ConfigureAwait(false);
                continue;
            }

            NpgsqlDataSource other = _database.Other(name);
            await using ConfiguredAsyncDisposable otherClosing = other.ConfigureAwait(false);
            NpgsqlConnection inOther = await other.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using ConfiguredAsyncDisposable inOtherClosing = inOther.ConfigureAwait(false);
            await inOther.ExecuteAsync($"DROP OWNED BY {quoted}", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Before PostgreSQL 15 a role can make others members of itself. They lose that now; that it was done is worth knowing.</summary>
    private async Task ReportMembersAsync(NpgsqlConnection connection, string role, uint oid, CancellationToken cancellationToken)
    {
        foreach (string member in await connection.ReadAsync(
            """
            SELECT r.rolname::text FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member
            WHERE m.roleid = $1 AND r.rolname <> current_user
            """,
            static r => r.GetString(0),
            cancellationToken,
            oid).ConfigureAwait(false))
        {
            LogMember(role, member);
        }
    }

    private async Task ForgetEndedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                $"""
                DELETE FROM {_settings.LeaseTable} WHERE role IN (
                    SELECT role FROM {_settings.LeaseTable} WHERE ended_at < pg_catalog.clock_timestamp() - $1::interval
                    ORDER BY ended_at LIMIT 100 FOR UPDATE SKIP LOCKED)
                """,
                cancellationToken,
                s_keepEnded).ConfigureAwait(false);
        }
        catch (PostgresException e)
        {
            LogSchemaGone(e, _settings.Options.Schema);
        }
    }

    [LoggerMessage(350, LogLevel.Error, "The schema {Schema} is gone or closed to the issuer; roles are dropped without it. Run SetUpAsync.")]
    private partial void LogSchemaGone(Exception exception, string schema);

    [LoggerMessage(351, LogLevel.Warning, "The role {Role} left something behind in the database {Database}; it is dropped.")]
    private partial void LogOwned(string role, string database);

    [LoggerMessage(352, LogLevel.Warning, "The role {Role} had been granted to {Member}, which loses it now.")]
    private partial void LogMember(string role, string member);
}
