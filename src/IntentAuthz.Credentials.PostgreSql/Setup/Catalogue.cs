using System.Globalization;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Reads of the database what the scopes are compared with. Names are not resolved by any search path.</summary>
internal sealed class Catalogue(NpgsqlConnection connection, IssuerSettings settings)
{
    private readonly object[] _groups = [settings.Groups.Select(static g => g.Role).ToArray()]; // one value, an array

    internal const string PinnedPath = "SELECT pg_catalog.set_config('search_path', '', true)";

    internal async Task<List<(string Group, Privilege Privilege)>> ReadPrivilegesAsync(CancellationToken cancellationToken) =>
        await connection.ReadAsync(
            """
            WITH entry(grantee, kind, nsp, name, col, privilege, grantable) AS (
                SELECT a.grantee, 0, n.nspname, '', '', a.privilege_type, a.is_grantable FROM pg_catalog.pg_namespace n, pg_catalog.aclexplode(n.nspacl) a
                UNION ALL
                SELECT a.grantee, 1, n.nspname, c.relname, '', a.privilege_type, a.is_grantable
                FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(c.relacl) a
                UNION ALL
                SELECT a.grantee, 2, n.nspname, c.relname, t.attname, a.privilege_type, a.is_grantable
                FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_class c ON c.oid = t.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, pg_catalog.aclexplode(t.attacl) a
                WHERE NOT t.attisdropped AND t.attacl IS NOT NULL
                UNION ALL
                SELECT a.grantee, 3, n.nspname, p.proname, '', a.privilege_type, a.is_grantable
                FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace, pg_catalog.aclexplode(p.proacl) a)
            SELECT r.rolname::text, e.kind, e.nsp::text, e.name::text, e.col::text, e.privilege || CASE WHEN e.grantable THEN ' WITH GRANT OPTION' ELSE '' END
            FROM entry e JOIN pg_catalog.pg_roles r ON r.oid = e.grantee
            WHERE r.rolname::text = ANY ($1)
            """,
            static r => (r.GetString(0), new Privilege((PrivilegeKind)r.GetInt32(1), r.GetString(2), r.GetString(3), r.GetString(4), r.GetString(5))),
            cancellationToken,
            _groups).ConfigureAwait(false);

    /// <summary>What scopes' groups are or have besides privileges in this database and their policies.</summary>
    internal async Task<List<string>> ReadOddGroupsAsync(CancellationToken cancellationToken)
    {
        List<string> odd = await connection.ReadAsync(
            """
            SELECT 'The role ' || r.rolname || ' may log in, or has an attribute or a setting that no scope gives.'
            FROM pg_catalog.pg_roles r
            WHERE r.rolname::text = ANY ($1) AND (r.rolcanlogin OR r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls OR NOT r.rolinherit OR r.rolconfig IS NOT NULL)
            UNION ALL
            SELECT 'The role ' || r.rolname || ' is a member of ' || g.rolname || ', and a lease would be too. Run: REVOKE ' || pg_catalog.quote_ident(g.rolname) || ' FROM ' || pg_catalog.quote_ident(r.rolname)
            FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
            WHERE r.rolname::text = ANY ($1)
            UNION ALL
            SELECT DISTINCT 'The role ' || r.rolname || ' owns, or was granted, something outside of its scope: ' || d.classid::pg_catalog.regclass || ' ' || d.objid || CASE WHEN d.dbid = 0 THEN '' ELSE ' in database ' || b.datname END || '.'
            FROM pg_catalog.pg_shdepend d JOIN pg_catalog.pg_roles r ON r.oid = d.refobjid LEFT JOIN pg_catalog.pg_database b ON b.oid = d.dbid
            WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND r.rolname::text = ANY ($1)
              AND NOT (d.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
                  AND ((d.deptype = 'a' AND d.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_namespace'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass))
                    OR (d.deptype = 'r' AND d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass)))
              AND NOT (d.deptype = 'a' AND d.classid = 'pg_catalog.pg_database'::pg_catalog.regclass
                  AND d.objid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
            """,
            static r => r.GetString(0),
            cancellationToken,
            _groups).ConfigureAwait(false);
        odd.AddRange(await connection.ReadAsync(
            """
            SELECT 'The role ' || r.rolname || ' may ' || a.privilege_type || ' in the database itself. Run: REVOKE ' || a.privilege_type || ' ON DATABASE ' || pg_catalog.quote_ident(d.datname) || ' FROM ' || pg_catalog.quote_ident(r.rolname)
            FROM pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
            WHERE d.datname = pg_catalog.current_database() AND r.rolname::text = ANY ($1) AND (a.privilege_type <> 'CONNECT' OR a.is_grantable)
            """,
            static r => r.GetString(0),
            cancellationToken,
            _groups).ConfigureAwait(false));
        return odd;
    }

    internal async Task<HashSet<string>> ReadGroupsAsync(CancellationToken cancellationToken) =>
        [.. await connection.ReadAsync("SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname::text = ANY ($1)", static r => r.GetString(0), cancellationToken, _groups).ConfigureAwait(false)];

    /// <summary>The tables that scopes grant on: what kind they are, and whether they have row security.</summary>
    internal async Task<Dictionary<(string Schema, string Table), (char Kind, bool HasRowSecurity)>> ReadTablesAsync(CancellationToken cancellationToken)
    {
        PostgreSqlGrant[] grants = [.. settings.Groups.SelectMany(static g => g.Scope.Grants)];
        List<(string, string, char, bool)> tables = await connection.ReadAsync(
            """
            SELECT n.nspname::text, c.relname::text, c.relkind::text, c.relrowsecurity
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE (n.nspname::text, c.relname::text) IN (SELECT * FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2))) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
            """,
            static r => (r.GetString(0), r.GetString(1), r.GetString(2)[0], r.GetBoolean(3)),
            cancellationToken,
            grants.Select(static g => g.Schema).ToArray(),
            grants.Select(static g => g.Table).ToArray()).ConfigureAwait(false);
        return tables.ToDictionary(static t => (t.Item1, t.Item2), static t => (t.Item3, t.Item4));
    }

    /// <summary>The policies that name a scope's group, each as the database has it and, where it was recorded, as it was when it was made.</summary>
    internal async Task<List<FoundPolicy>> ReadPoliciesAsync(CancellationToken cancellationToken) =>
        await connection.ReadAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
            SELECT n.nspname::text, c.relname::text, p.polname::text, w.definition,
                   p.polcmd::text || p.polpermissive || p.polroles::text || coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '') || '/' || coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), ''),
                   w.made
            FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN {settings.PolicyTable} w ON w.relation = c.oid AND w.name = p.polname
            WHERE EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles) AND r.rolname::text = ANY ($1))
            """),
            static r => new FoundPolicy(r.GetString(0), r.GetString(1), r.GetString(2), r.IsDBNull(3) ? null : r.GetString(3), r.GetString(4), r.IsDBNull(5) ? null : r.GetString(5)),
            cancellationToken,
            _groups).ConfigureAwait(false);
}
