using System.Runtime.CompilerServices;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Compares the database with the scopes: exactly what they say, no less and no more.</summary>
internal sealed class Verification(NpgsqlConnection connection, IssuerSettings settings)
{
    private const string RunSetUp = "Run SetUpAsync.";

    private readonly Catalogue _catalogue = new(connection, settings);
    private readonly List<string> _faults = [];
    private readonly List<string> _exposures = [];

    internal async Task<PostgreSqlReport> RunAsync(CancellationToken cancellationToken)
    {
        NpgsqlTransaction transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable transactionClosing = transaction.ConfigureAwait(false);
        await connection.ExecuteAsync(Catalogue.PinnedPath, cancellationToken).ConfigureAwait(false);
        await CheckServerAsync(cancellationToken).ConfigureAwait(false);
        if (await IsOwnSchemaThereAsync(cancellationToken).ConfigureAwait(false))
        {
            await CheckOwnSchemaAsync(cancellationToken).ConfigureAwait(false);
            await CheckGroupsAsync(cancellationToken).ConfigureAwait(false);
            await CheckTablesAsync(cancellationToken).ConfigureAwait(false);
            await CheckPoliciesAsync(cancellationToken).ConfigureAwait(false);
        }

        await CheckPublicAsync(cancellationToken).ConfigureAwait(false);
        return new PostgreSqlReport([.. _faults], [.. _exposures]);
    }

    private async Task CheckServerAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset before = settings.Time.GetUtcNow();
        (DateTime now, int version, int prepared, bool mayCreate, bool maySignal) = await connection.ReadOneAsync(
            """
            SELECT clock_timestamp(), current_setting('server_version_num')::int, current_setting('max_prepared_transactions')::int,
                   r.rolcreaterole OR r.rolsuper, pg_has_role('pg_signal_backend', 'USAGE')
            FROM pg_roles r WHERE r.rolname = current_user
            """,
            static r => (r.GetDateTime(0), r.GetInt32(1), r.GetInt32(2), r.GetBoolean(3), r.GetBoolean(4)),
            cancellationToken).ConfigureAwait(false);
        DateTimeOffset after = settings.Time.GetUtcNow();
        TimeSpan off = now < before ? before - now : now > after ? now - after : TimeSpan.Zero;
        Fault(off > settings.Options.ClockSkew, $"The server's clock and this process's are {off.TotalSeconds:0.0} s apart, and the server's ends logins; set them, or raise ClockSkew.");
        Fault(version < 140000, "The server is older than PostgreSQL 14; roles could not be unmade reliably.");
        if (version < 150000)
        {
            _exposures.Add("Before PostgreSQL 15 a role may make others members of itself. They lose what it gave them when it is dropped.");
        }

        Fault(prepared > 0, "A role could leave a prepared transaction that holds up its own unmaking; set max_prepared_transactions to 0.");
        Fault(!mayCreate, "The issuer's user may not create roles. Run as a superuser: ALTER ROLE … CREATEROLE.");
        Fault(!maySignal, $"The issuer's user may not end sessions. {RunSetUp}");
    }

    private async Task<bool> IsOwnSchemaThereAsync(CancellationToken cancellationToken)
    {
        bool isThere = await connection.ReadOneAsync(
            "SELECT to_regclass($1) IS NOT NULL AND to_regclass($2) IS NOT NULL AND has_schema_privilege($3, 'USAGE') AND has_table_privilege(to_regclass($1), 'SELECT') AND has_table_privilege(to_regclass($2), 'SELECT')",
            static r => !r.IsDBNull(0) && r.GetBoolean(0),
            cancellationToken,
            settings.LeaseTable,
            settings.PolicyTable,
            settings.Options.Schema).ConfigureAwait(false);
        Fault(!isThere, $"The schema '{settings.Options.Schema}' is not complete, or the issuer's user may not use it. {RunSetUp}");
        return isThere;
    }

    private async Task CheckOwnSchemaAsync(CancellationToken cancellationToken)
    {
        bool isOurs = await connection.ReadOneAsync(
            """
            SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = 'lease'
                WHERE n.nspname = $1 AND p.proname = 'lease_value' AND p.prosrc = $2 AND p.prosecdef AND p.provolatile = 's'
                  AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp'] AND p.proowner = c.relowner AND p.proargtypes = ARRAY['text'::regtype]::oidvector)
            """,
            static r => r.GetBoolean(0),
            cancellationToken,
            settings.Options.Schema,
            LeaseSchema.FunctionBody(settings)).ConfigureAwait(false);
        Fault(!isOurs, $"The function {settings.ValueFunction} is not the one that setting up makes. {RunSetUp}");
        _faults.AddRange(await connection.ReadAsync(
            """
            SELECT 'In the schema of the issuer, ' || CASE a.grantee WHEN 0 THEN 'everybody' ELSE a.grantee::regrole::text END || ' may ' || a.privilege_type || ' on ' || c.relname || '; revoke it.'
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
            WHERE n.nspname = $1 AND c.relkind = 'r' AND a.grantee <> c.relowner AND a.grantee <> current_user::regrole::oid
              AND (a.grantee = 0 OR a.grantee::regrole::text LIKE '%\_scope\_%' OR a.privilege_type <> 'SELECT' AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.grantee AND r.rolcreaterole))
            """,
            static r => r.GetString(0),
            cancellationToken,
            settings.Options.Schema).ConfigureAwait(false));
    }

    private async Task CheckGroupsAsync(CancellationToken cancellationToken)
    {
        HashSet<string> groups = await _catalogue.ReadGroupsAsync(cancellationToken).ConfigureAwait(false);
        _faults.AddRange(await _catalogue.ReadOddGroupsAsync(cancellationToken).ConfigureAwait(false));
        ILookup<string, Privilege> held = (await _catalogue.ReadPrivilegesAsync(cancellationToken).ConfigureAwait(false)).ToLookup(static p => p.Group, static p => p.Privilege);
        foreach (ScopeGroup group in settings.Groups)
        {
            Fault(!groups.Contains(group.Role), $"The role {group.Role} of the scope '{group.Scope.Name}' is missing. {RunSetUp}");
            foreach (Privilege privilege in group.Privileges.Except(held[group.Role]))
            {
                _faults.Add($"The role {group.Role} of the scope '{group.Scope.Name}' lacks {privilege}. {RunSetUp}");
            }

            foreach (Privilege privilege in held[group.Role].Except(group.Privileges))
            {
                _faults.Add($"The role {group.Role} has {privilege}, which the scope '{group.Scope.Name}' does not allow. {RunSetUp}");
            }
        }

        _faults.AddRange(await connection.ReadAsync(
            "SELECT 'The role ' || r || ' may not connect to this database, so no lease could. Run as its owner: GRANT CONNECT ON DATABASE ' || quote_ident(current_database()) || ' TO ' || quote_ident(r) FROM unnest($1) r WHERE NOT has_database_privilege(r, current_database(), 'CONNECT')",
            static r => r.GetString(0),
            cancellationToken,
            (object)groups.ToArray()).ConfigureAwait(false));
    }

    private async Task CheckTablesAsync(CancellationToken cancellationToken)
    {
        Dictionary<(string, string), (char Kind, bool HasRowSecurity)> tables = await _catalogue.ReadTablesAsync(cancellationToken).ConfigureAwait(false);
        foreach (PostgreSqlGrant grant in settings.Groups.SelectMany(static g => g.Scope.Grants).DistinctBy(static g => (g.Schema, g.Table, g.Rows is null)))
        {
            string name = $"'{grant.Schema}.{grant.Table}'";
            if (!tables.TryGetValue((grant.Schema, grant.Table), out (char Kind, bool HasRowSecurity) table))
            {
                _faults.Add($"The table {name} does not exist.");
                continue;
            }

            Fault(grant.Rows is not null && table.Kind is not ('r' or 'p'), $"{name} is no table, and only tables can be filtered by row; grant on the table below.");
            Fault(grant.Rows is not null && table.Kind is ('r' or 'p') && !table.HasRowSecurity, $"The table {name} has no row security, so its filter has no effect. {RunSetUp} with EnableRowSecurity, or run: ALTER TABLE {SqlText.Quote(grant.Schema, grant.Table)} ENABLE ROW LEVEL SECURITY");
            Fault(grant.Rows is null && table.HasRowSecurity, $"The table {name} has row security, so a scope says which rows it allows; use RowFilter.AllRows where all are meant.");
        }
    }

    private async Task CheckPoliciesAsync(CancellationToken cancellationToken)
    {
        List<FoundPolicy> found = await _catalogue.ReadPoliciesAsync(cancellationToken).ConfigureAwait(false);
        RowPolicy[] wanted = [.. settings.Groups.SelectMany(static g => g.Policies)];
        foreach (RowPolicy policy in wanted.Where(p => !found.Exists(f => f.Is(p))))
        {
            _faults.Add($"The policy {policy.Name} of '{policy.Schema}.{policy.Table}', which filters rows for {policy.Group}, is missing or was changed. {RunSetUp}");
        }

        foreach (FoundPolicy policy in found.Where(f => !wanted.Any(p => (p.Schema, p.Table, p.Name) == (f.Schema, f.Table, f.Name))))
        {
            _faults.Add($"The policy {policy.Name} of '{policy.Schema}.{policy.Table}' names a scope's role and belongs to no scope. {RunSetUp}");
        }
    }

    private async Task CheckPublicAsync(CancellationToken cancellationToken)
    {
        List<string> open = await connection.ReadAsync(
            """
            SELECT 'Everybody may ' || a.privilege_type || ' on ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '. Run: REVOKE ' || a.privilege_type || ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' FROM PUBLIC'
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
            WHERE a.grantee = 0 AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'Everybody may ' || a.privilege_type || ' the column ' || quote_ident(t.attname) || ' of ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || '. Run: REVOKE ' || a.privilege_type || ' (' || quote_ident(t.attname) || ') ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' FROM PUBLIC'
            FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(t.attacl) a
            WHERE t.attacl IS NOT NULL AND a.grantee = 0 AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            UNION ALL
            SELECT 'Everybody may create objects in the schema ' || quote_ident(n.nspname) || '. Run: REVOKE CREATE ON SCHEMA ' || quote_ident(n.nspname) || ' FROM PUBLIC'
            FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE'
            UNION ALL
            SELECT 'Everybody may create schemas in this database. Run: REVOKE CREATE ON DATABASE ' || quote_ident(d.datname) || ' FROM PUBLIC'
            FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = current_database() AND a.grantee = 0 AND a.privilege_type = 'CREATE'
            """,
            static r => r.GetString(0),
            cancellationToken).ConfigureAwait(false);
        (settings.Options.AcceptPublicPrivileges ? _exposures : _faults).AddRange(open);
        _exposures.AddRange(await connection.ReadAsync(
            """
            SELECT 'Everybody may create temporary tables in this database: they last for the session. To end it: REVOKE TEMPORARY ON DATABASE ' || quote_ident(d.datname) || ' FROM PUBLIC'
            FROM pg_database d WHERE d.datname = current_database() AND EXISTS (SELECT FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE a.grantee = 0 AND a.privilege_type = 'TEMPORARY')
            UNION ALL
            SELECT 'Everybody may connect to the database ' || quote_ident(d.datname) || ', and do there what is open to everybody. To end it: REVOKE CONNECT ON DATABASE ' || quote_ident(d.datname) || ' FROM PUBLIC'
            FROM pg_database d WHERE d.datname <> current_database() AND d.datallowconn AND EXISTS (SELECT FROM aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a WHERE a.grantee = 0 AND a.privilege_type = 'CONNECT')
            UNION ALL
            SELECT 'Everybody may call ' || p.oid::regprocedure::text || ', which runs with the rights of ' || p.proowner::regrole::text || '.'
            FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE p.prosecdef AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
              AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
            """,
            static r => r.GetString(0),
            cancellationToken).ConfigureAwait(false));
        _exposures.Add("Any role may change its own password, make large objects, listen and notify, take advisory locks, and read the catalogue with the names of all objects and roles. What it owns goes with it.");
    }

    private void Fault(bool isOne, string message)
    {
        if (isOne)
        {
            _faults.Add(message);
        }
    }
}
