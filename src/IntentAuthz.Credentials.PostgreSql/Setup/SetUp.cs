using System.Runtime.CompilerServices;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Brings a database to exactly what the scopes say. Any number of processes may do so at once; what is as it should be is not touched.</summary>
internal sealed class SetUp(IssuerSettings settings)
{
    private const int Attempts = 10;

    /// <summary>The part that needs the right to create roles: as the issuer's user, who then may hand them out.</summary>
    internal async Task<string> MakeGroupsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        HashSet<string> there = await new Catalogue(connection, settings).ReadGroupsAsync(cancellationToken).ConfigureAwait(false);
        foreach (ScopeGroup group in settings.Groups.Where(g => !there.Contains(g.Role)))
        {
            try
            {
                await connection.ExecuteAsync(
                    $"CREATE ROLE {SqlText.Quote(group.Role)} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT", cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
            {
                // another process was faster
            }
        }

        (string user, bool maySignal) = await connection.ReadOneAsync(
            "SELECT current_user::text, pg_has_role('pg_signal_backend', 'USAGE')", static r => (r.GetString(0), r.GetBoolean(1)), cancellationToken).ConfigureAwait(false);
        if (!maySignal)
        {
            try
            {
                // Not by membership in each lease's role: before PostgreSQL 15 a role can throw its members out.
                await connection.ExecuteAsync("GRANT pg_signal_backend TO CURRENT_USER", cancellationToken).ConfigureAwait(false);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                throw new InvalidOperationException($"The issuer's user must be able to end sessions. Run as a superuser: GRANT pg_signal_backend TO {SqlText.Quote(user)}", e);
            }
        }

        return user;
    }

    /// <summary>The part that needs the tables' owner.</summary>
    internal async Task MakeGrantsAsync(NpgsqlConnection connection, string issuer, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await MakeSchemaAsync(connection, cancellationToken).ConfigureAwait(false);
                await AdjustAsync(connection, issuer, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (PostgresException e) when (attempt < Attempts && IsOtherProcess(e))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20 * attempt), settings.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task MakeSchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ReadOneAsync("SELECT to_regnamespace($1) IS NOT NULL", static r => r.GetBoolean(0), cancellationToken, SqlText.Quote(settings.Options.Schema)).ConfigureAwait(false))
        {
            await connection.ExecuteAsync($"CREATE SCHEMA {SqlText.Quote(settings.Options.Schema)}", cancellationToken).ConfigureAwait(false);
        }

        await connection.ExecuteAsync(LeaseSchema.CreateTables(settings), cancellationToken).ConfigureAwait(false);
    }

    private async Task AdjustAsync(NpgsqlConnection connection, string issuer, CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable transactionClosing = transaction.ConfigureAwait(false);
        await connection.ExecuteAsync(Catalogue.PinnedPath, cancellationToken).ConfigureAwait(false);

        // A lock that no lease's role may take; advisory locks are anybody's.
        await connection.ExecuteAsync($"LOCK TABLE {settings.PolicyTable} IN EXCLUSIVE MODE", cancellationToken).ConfigureAwait(false);
        await MakeOwnObjectsAsync(connection, issuer, cancellationToken).ConfigureAwait(false);
        Catalogue catalogue = new(connection, settings);
        Dictionary<(string, string), (char Kind, bool HasRowSecurity)> tables = await catalogue.ReadTablesAsync(cancellationToken).ConfigureAwait(false);
        foreach (PostgreSqlGrant grant in settings.Groups.SelectMany(static g => g.Scope.Grants).DistinctBy(static g => (g.Schema, g.Table, g.Rows is null)))
        {
            await PrepareTableAsync(connection, grant, tables, cancellationToken).ConfigureAwait(false);
        }

        await AdjustPrivilegesAsync(connection, catalogue, cancellationToken).ConfigureAwait(false);
        await AdjustPoliciesAsync(connection, catalogue, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task MakeOwnObjectsAsync(NpgsqlConnection connection, string issuer, CancellationToken cancellationToken)
    {
        string user = SqlText.Quote(issuer);
        string schema = SqlText.Quote(settings.Options.Schema);
        await connection.ExecuteAsync(
            $"""
            {LeaseSchema.CreateFunction(settings)};
            REVOKE ALL ON FUNCTION {settings.ValueFunction}(text) FROM PUBLIC;
            REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
            REVOKE ALL ON {settings.LeaseTable}, {settings.PolicyTable} FROM PUBLIC;
            GRANT USAGE ON SCHEMA {schema} TO {user};
            GRANT SELECT, INSERT, UPDATE, DELETE ON {settings.LeaseTable} TO {user};
            GRANT SELECT ON {settings.PolicyTable} TO {user}
            """,
            cancellationToken).ConfigureAwait(false);
    }

    private async Task PrepareTableAsync(
        NpgsqlConnection connection, PostgreSqlGrant grant, Dictionary<(string, string), (char Kind, bool HasRowSecurity)> tables, CancellationToken cancellationToken)
    {
        string name = SqlText.Quote(grant.Schema, grant.Table);
        if (!tables.TryGetValue((grant.Schema, grant.Table), out (char Kind, bool HasRowSecurity) table))
        {
            throw new InvalidOperationException($"The table {name} does not exist; scopes can be set up once it does.");
        }

        if (grant.Rows is not null && table.Kind is not ('r' or 'p'))
        {
            throw new InvalidOperationException($"{name} is no table, and only tables can be filtered by row; grant on the table below.");
        }

        if (grant.Rows is null && table.HasRowSecurity)
        {
            throw new InvalidOperationException($"The table {name} has row security, so a scope says which rows it allows; use RowFilter.AllRows where all are meant.");
        }

        if (grant.Rows is not null && !table.HasRowSecurity)
        {
            if (!settings.Options.EnableRowSecurity)
            {
                throw new InvalidOperationException(
                    $"The table {name} has no row security, so its filter would have no effect. Set EnableRowSecurity, or run: ALTER TABLE {name} ENABLE ROW LEVEL SECURITY. Either hides all rows from users other than the owner for whom no policy is made.");
            }

            await connection.ExecuteAsync($"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AdjustPrivilegesAsync(NpgsqlConnection connection, Catalogue catalogue, CancellationToken cancellationToken)
    {
        ILookup<string, Privilege> held = (await catalogue.ReadPrivilegesAsync(cancellationToken).ConfigureAwait(false)).ToLookup(static p => p.Group, static p => p.Privilege);
        foreach (ScopeGroup group in settings.Groups)
        {
            string role = SqlText.Quote(group.Role);
            foreach (Privilege extra in held[group.Role].Except(group.Privileges))
            {
                string right = extra.Right.Replace(" WITH GRANT OPTION", "", StringComparison.Ordinal);
                await connection.ExecuteAsync($"REVOKE {(extra with { Right = right }).What} ON {Target(extra)} FROM {role} CASCADE", cancellationToken).ConfigureAwait(false);
            }

            foreach (Privilege missing in group.Privileges.Except(held[group.Role]))
            {
                await connection.ExecuteAsync($"GRANT {missing.What} ON {Target(missing)} TO {role}", cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (string role in await connection.ReadAsync(
            "SELECT r FROM unnest($1) r WHERE NOT has_database_privilege(r, current_database(), 'CONNECT')",
            static r => r.GetString(0),
            cancellationToken,
            (object)settings.Groups.Select(static g => g.Role).ToArray()).ConfigureAwait(false))
        {
            await connection.ExecuteAsync($"GRANT CONNECT ON DATABASE {SqlText.Quote(connection.Database)} TO {SqlText.Quote(role)}", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task AdjustPoliciesAsync(NpgsqlConnection connection, Catalogue catalogue, CancellationToken cancellationToken)
    {
        List<FoundPolicy> found = await catalogue.ReadPoliciesAsync(cancellationToken).ConfigureAwait(false);
        RowPolicy[] wanted = [.. settings.Groups.SelectMany(static g => g.Policies)];
        foreach (FoundPolicy policy in found.Where(f => !wanted.Any(f.Is)))
        {
            await connection.ExecuteAsync($"DROP POLICY {SqlText.Quote(policy.Name)} ON {SqlText.Quote(policy.Schema, policy.Table)}", cancellationToken).ConfigureAwait(false);
        }

        RowPolicy[] missing = [.. wanted.Where(w => !found.Exists(f => f.Is(w)))];
        foreach (RowPolicy policy in missing)
        {
            await MakePolicyAsync(connection, policy, cancellationToken).ConfigureAwait(false);
        }

        // Recorded as the server spells it, so that a later change shows.
        List<FoundPolicy> made = await catalogue.ReadPoliciesAsync(cancellationToken).ConfigureAwait(false);
        foreach (RowPolicy policy in missing)
        {
            FoundPolicy now = made.Find(f => (f.Schema, f.Table, f.Name) == (policy.Schema, policy.Table, policy.Name))
                ?? throw new InvalidOperationException($"The policy {policy.Name} of {policy.Schema}.{policy.Table} vanished while it was made.");
            await connection.ExecuteAsync(
                $"""
                INSERT INTO {settings.PolicyTable} (relation, name, definition, made) VALUES (to_regclass($1), $2, $3, $4)
                ON CONFLICT (relation, name) DO UPDATE SET definition = excluded.definition, made = excluded.made
                """,
                cancellationToken,
                SqlText.Quote(policy.Schema, policy.Table),
                policy.Name,
                policy.Definition,
                now.Text).ConfigureAwait(false);
        }
    }

    private async Task MakePolicyAsync(NpgsqlConnection connection, RowPolicy policy, CancellationToken cancellationToken)
    {
        Dictionary<string, string> types = (await connection.ReadAsync(
            "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
            static r => (Name: r.GetString(0), Type: r.GetString(1)),
            cancellationToken,
            SqlText.Quote(policy.Schema, policy.Table)).ConfigureAwait(false)).ToDictionary(static c => c.Name, static c => c.Type, StringComparer.Ordinal);
        string condition = LeaseSchema.Condition(settings, policy.Rows, column => types.TryGetValue(column, out string? type)
            ? type
            : throw new InvalidOperationException($"The table '{policy.Schema}.{policy.Table}' has no column '{column}', by which a scope filters its rows."));
        await connection.ExecuteAsync(
            $"""
            CREATE POLICY {SqlText.Quote(policy.Name)} ON {SqlText.Quote(policy.Schema, policy.Table)} AS {(policy.IsPermissive ? "PERMISSIVE" : "RESTRICTIVE")}
            FOR {policy.Command.ToString().ToUpperInvariant()} TO {SqlText.Quote(policy.Group)}
            {(policy.ChecksOld ? $"USING ({condition})" : "")} {(policy.ChecksNew ? $"WITH CHECK ({condition})" : "")}
            """,
            cancellationToken).ConfigureAwait(false);
    }

    private static string Target(Privilege privilege) => privilege.Kind == PrivilegeKind.Function ? $"{privilege.On}(text)" : privilege.On;

    private static bool IsOtherProcess(PostgresException e) => e.SqlState
        is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject
        or PostgresErrorCodes.DuplicateFunction or PostgresErrorCodes.InternalError or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}
