namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// The issuer's own schema. <c>lease</c> says of each lease's role what rows are compared to; <c>lease_value</c> answers from it for the role that
/// logged in; <c>policy</c> keeps what policies looked like when they were made.
/// </summary>
internal static class LeaseSchema
{
    /// <summary>
    /// Keyed on the session's user, which only a superuser can change; SET ROLE and settings of the client have no influence. Once the role's time is
    /// over, or it may not log in any more, there is no value and so no row, also in sessions that are still open. Pinned to its schema, with the
    /// client's temporary tables last, since it runs with its owner's rights.
    /// </summary>
    internal static string FunctionBody(IssuerSettings settings) => $"""
        SELECT CASE kind WHEN 'Tenant' THEN l.tenant WHEN 'User' THEN l.person WHEN 'Agent' THEN l.agent WHEN 'Task' THEN l.task END
        FROM {settings.LeaseTable} l JOIN pg_catalog.pg_roles r ON r.rolname = l.role
        WHERE l.role = SESSION_USER AND l.ended_at IS NULL AND r.rolcanlogin AND r.rolvaliduntil > pg_catalog.clock_timestamp()
        """;

    internal static string CreateFunction(IssuerSettings settings) => $"""
        CREATE OR REPLACE FUNCTION {settings.ValueFunction}(kind text) RETURNS text
        LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS {SqlText.Literal(FunctionBody(settings))}
        """;

    internal static string CreateTables(IssuerSettings settings) => $"""
        CREATE TABLE IF NOT EXISTS {settings.LeaseTable} (
            role name PRIMARY KEY,
            lease text,
            tenant text,
            person text,
            agent text,
            task text,
            ended_at timestamptz
        );
        CREATE INDEX IF NOT EXISTS lease_ended ON {settings.LeaseTable} (ended_at) WHERE ended_at IS NOT NULL;
        CREATE TABLE IF NOT EXISTS {settings.PolicyTable} (
            relation oid NOT NULL,
            name name NOT NULL,
            definition text NOT NULL,
            made text NOT NULL,
            PRIMARY KEY (relation, name)
        )
        """;

    /// <summary>
    /// The typed comparison can use an index. The one of texts is what counts: byte by byte, so that neither a collation nor a second spelling of a
    /// number makes two tenants one. A value that the column's type cannot hold fails the query.
    /// </summary>
    internal static string Condition(IssuerSettings settings, RowFilter rows, Func<string, string> typeOf) => rows.Conditions.IsEmpty
        ? "true"
        : string.Join(" AND ", rows.Conditions.Select(c =>
        {
            string column = SqlText.Quote(c.Column);
            string value = $"(SELECT {settings.ValueFunction}('{c.Value}'))";
            return $"{column} = {value}::{typeOf(c.Column)} AND ({column})::text COLLATE \"C\" = {value}";
        }));
}
