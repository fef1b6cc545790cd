using System.Globalization;
using System.Runtime.CompilerServices;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// Makes a PostgreSQL role for each lease, with a password of its own, and drops it again. What it may do are the lease's scopes, as
/// <see cref="PostgreSqlIssuerOptions.Scopes"/> spells them out; when the database allows more or less than that, no role is made. The database's user
/// that the issuer logs in as needs CREATEROLE, and need not be a superuser. Safe for use by many threads; dispose it after the guard.
/// </summary>
public sealed partial class PostgreSqlCredentialIssuer : IRenewingIssuer, IListingIssuer, IAsyncDisposable
{
    private readonly SemaphoreSlim _verifying = new(1, 1);
    private readonly IssuerSettings _settings;
    private readonly Database _database;
    private readonly ILogger _logger;
    private long _verifiedAt = long.MinValue;

    /// <summary>Makes an issuer. The database is not asked yet.</summary>
    /// <param name="connectionString">Where the database is, and who makes the roles.</param>
    /// <param name="options">What it is called, and what its scopes mean.</param>
    /// <param name="logger">Where it says what it could not do.</param>
    /// <exception cref="ArgumentException">An option is missing or out of range; the message names it.</exception>
    public PostgreSqlCredentialIssuer(string connectionString, PostgreSqlIssuerOptions options, ILogger<PostgreSqlCredentialIssuer>? logger = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        ArgumentNullException.ThrowIfNull(options);
        _settings = new IssuerSettings(options);
        _database = new Database(connectionString, options);
        _logger = (ILogger?)logger ?? NullLogger.Instance;
    }

    /// <inheritdoc/>
    public string Name => _settings.Options.Name;

    /// <summary><see cref="RevocationSpeed.Immediate"/>: once <see cref="RevokeAsync"/> has returned there is no role, and no session of it.</summary>
    public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

    /// <summary>
    /// Makes the issuer's schema, one role for each scope, its grants and its row policies, or brings them to what the scopes say. Can be repeated,
    /// and by several processes at once; what is right already is left alone. Making a policy locks its table for a moment.
    /// </summary>
    /// <param name="ownerConnectionString">A user who owns the tables and may create a schema, when the issuer's does not; null when it does.</param>
    /// <param name="cancellationToken">Ends the wait; grants and policies are made all or none.</param>
    /// <exception cref="InvalidOperationException">A table or column is missing, a filtered table has no row security, or a right is missing; the message names the fix.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached or refuses.</exception>
    public async ValueTask SetUpAsync(string? ownerConnectionString = null, CancellationToken cancellationToken = default)
    {
        SetUp setUp = new(_settings);
        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        string user = await setUp.MakeGroupsAsync(connection, cancellationToken).ConfigureAwait(false);
        if (ownerConnectionString is null)
        {
            await setUp.MakeGrantsAsync(connection, user, cancellationToken).ConfigureAwait(false);
            return;
        }

        NpgsqlDataSource owner = _database.As(ownerConnectionString);
        await using ConfiguredAsyncDisposable ownerClosing = owner.ConfigureAwait(false);
        NpgsqlConnection asOwner = await owner.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable asOwnerClosing = asOwner.ConfigureAwait(false);
        await setUp.MakeGrantsAsync(asOwner, user, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares the database with the scopes, and says what a lease's role could do besides them. Changes nothing.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async ValueTask<PostgreSqlReport> VerifyAsync(CancellationToken cancellationToken = default)
    {
        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        return await new Verification(connection, _settings).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The role's name.</summary>
    /// <param name="request">What is going to be asked for.</param>
    public string GetHandle(IssueRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _settings.Names.OfLease(request.Lease.Id);
    }

    /// <inheritdoc/>
    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Lease lease = request.Lease;
        if (WhyNot(request) is { } reason)
        {
            return IssueResult.Refused(reason);
        }

        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        if (await WhyNotSoundAsync(connection, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            return IssueResult.Refused(fault);
        }

        string role = _settings.Names.OfLease(lease.Id);
        string groups = string.Join(", ", lease.Scopes.Select(s => SqlText.Quote(_settings.GroupOf[s].Role)));
        Secret password = ScramVerifier.NewPassword();
        try
        {
            // One transaction, and the row first: an unmaking that comes before has left its own, and this fails; one that comes now waits for its end.
            await connection.ExecuteTogetherAsync(
                cancellationToken,
                ($"INSERT INTO {_settings.LeaseTable} (role, lease, tenant, person, agent, task) VALUES ($1, $2, $3, $4, $5, $6)",
                    [role, lease.Id.Value, lease.Tenant.Value, (object?)Person(request) ?? DBNull.Value, lease.Agent.Value, lease.Task.Value]),
                (string.Create(CultureInfo.InvariantCulture, $"""
                    CREATE ROLE {SqlText.Quote(role)} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT
                    CONNECTION LIMIT {_settings.Options.ConnectionLimit} PASSWORD '{ScramVerifier.Of(password)}' VALID UNTIL {SqlText.Timestamp(lease.ExpiresAt)} IN ROLE {groups}
                    """), [])).ConfigureAwait(false);
        }
        catch
        {
            password.Dispose();
            throw;
        }

        return IssueResult.Issued(password, lease.ExpiresAt) with { UserName = role, Handle = role };
    }

    /// <summary>Moves the end of the role's logins. A role that is gone, or being unmade, stays so, and the renewal fails.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="until">When it is to end; no later than <see cref="Lease.RenewableUntil"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<DateTimeOffset> RenewAsync(Lease lease, DateTimeOffset until, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        string role = RoleOf(lease);
        DateTimeOffset end = until < lease.RenewableUntil ? until : lease.RenewableUntil;
        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable transactionClosing = transaction.ConfigureAwait(false);

        // Locked, so that unmaking comes before or after; and what it has entered first is seen.
        bool isLive = await connection.ReadOneAsync(
            $"SELECT true FROM {_settings.LeaseTable} WHERE role = $1 AND ended_at IS NULL FOR UPDATE", static r => r.GetBoolean(0), cancellationToken, role).ConfigureAwait(false);
        if (!isLive)
        {
            throw new InvalidOperationException($"The role {role} has been unmade, and is not renewed.");
        }

        await connection.ExecuteAsync($"ALTER ROLE {SqlText.Quote(role)} VALID UNTIL {SqlText.Timestamp(end)}", cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return end;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FoundCredential> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NpgsqlConnection connection = await _database.Own.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable connectionClosing = connection.ConfigureAwait(false);
        List<(string Role, string? Lease)> found = await connection.ReadAsync(
            $"""
            SELECT coalesce(r.rolname, l.role)::text, l.lease
            FROM (SELECT rolname FROM pg_catalog.pg_roles WHERE rolname::text ~ $1) r
            FULL JOIN (SELECT role, lease, ended_at FROM {_settings.LeaseTable} WHERE role::text ~ $1) l ON l.role = r.rolname
            WHERE r.rolname IS NOT NULL OR l.ended_at IS NULL
            """,
            static r => (r.GetString(0), r.IsDBNull(1) ? null : r.GetString(1)),
            cancellationToken,
            _settings.Names.LeasePattern).ConfigureAwait(false);
        foreach ((string role, string? lease) in found)
        {
            yield return new FoundCredential(lease is null ? _settings.Names.LeaseOf(role) : new LeaseId(lease), role);
        }
    }

    /// <summary>Closes the issuer's own connections. Roles stay.</summary>
    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync().ConfigureAwait(false);
        _verifying.Dispose();
    }

    /// <summary>Name and prefix, for logs.</summary>
    public override string ToString() => $"{Name} ({_settings.Names.Prefix}…)";

    private static string? Person(IssueRequest request) => request.Task.Delegation.User is { Kind: PrincipalKind.Person } user ? user.Id : null;

    private string? WhyNot(IssueRequest request)
    {
        Lease lease = request.Lease;
        if (_settings.Options.Tenant is { } only && lease.Tenant != only)
        {
            return $"The issuer '{Name}' serves the tenant '{only}' only.";
        }

        if (lease.Scopes.IsDefaultOrEmpty)
        {
            return "No scope is left for the role.";
        }

        foreach (string scope in lease.Scopes)
        {
            if (!_settings.GroupOf.TryGetValue(scope, out ScopeGroup? group))
            {
                return $"The issuer '{Name}' does not know the scope '{scope}'; add it to PostgreSqlIssuerOptions.Scopes.";
            }

            if (Person(request) is null && group.Policies.Any(static p => p.Rows.Conditions.Any(static c => c.Value == LeaseValue.User)))
            {
                return $"The scope '{scope}' filters rows by the user, and the task acts for no person.";
            }
        }

        return lease.ExpiresAt <= _settings.Time.GetUtcNow() ? "Nothing is left of the lease's life." : null;
    }

    private async ValueTask<string?> WhyNotSoundAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (IsVerified())
        {
            return null;
        }

        await _verifying.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (IsVerified())
            {
                return null;
            }

            long asked = _settings.Time.GetTimestamp();
            PostgreSqlReport report = await new Verification(connection, _settings).RunAsync(cancellationToken).ConfigureAwait(false);
            if (!report.IsSound)
            {
                return $"The database does not allow exactly what the scopes say: {string.Join(' ', report.Faults.Take(5))}{(report.Faults.Length > 5 ? $" And {report.Faults.Length - 5} more." : "")}";
            }

            Volatile.Write(ref _verifiedAt, asked);
            return null;
        }
        finally
        {
            _verifying.Release();
        }
    }

    private bool IsVerified() =>
        Volatile.Read(ref _verifiedAt) is var at and not long.MinValue && _settings.Time.GetElapsedTime(at) < _settings.Options.VerifyEvery;
}
