using System.Collections.Immutable;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>What a scope allows on one table, or on some of its columns and rows. Immutable.</summary>
public sealed class PostgreSqlGrant
{
    /// <summary>Names a table or view and what may be done with it.</summary>
    /// <param name="schema">The table's schema, spelled as in the catalogue. No schema of PostgreSQL's own.</param>
    /// <param name="table">The table or view, spelled as in the catalogue. A view reads with its owner's rights.</param>
    /// <param name="privileges">At least one.</param>
    /// <exception cref="ArgumentException">A name is no identifier, or no privilege is named.</exception>
    public PostgreSqlGrant(string schema, string table, PostgreSqlPrivileges privileges)
    {
        Schema = SqlText.ValidateIdentifier(schema, nameof(schema));
        Table = SqlText.ValidateIdentifier(table, nameof(table));
        if (schema.StartsWith("pg_", StringComparison.Ordinal) || schema == "information_schema")
        {
            throw new ArgumentException($"'{schema}' is a schema of PostgreSQL's own; name a table of the host's.", nameof(schema));
        }

        if (privileges == PostgreSqlPrivileges.None || (privileges & ~PostgreSqlScope.AllPrivileges) != 0)
        {
            throw new ArgumentException($"The grant on '{schema}.{table}' must name one or more of {PostgreSqlScope.AllPrivileges}.", nameof(privileges));
        }

        Privileges = privileges;
    }

    /// <summary>The table's schema.</summary>
    public string Schema { get; }

    /// <summary>The table.</summary>
    public string Table { get; }

    /// <summary>What may be done.</summary>
    public PostgreSqlPrivileges Privileges { get; }

    /// <summary>The columns it is limited to; empty for the whole table. Deleting cannot be limited to columns.</summary>
    /// <exception cref="ArgumentException">A column is no identifier, is named twice, or the grant allows deleting.</exception>
    public ImmutableArray<string> Columns
    {
        get;
        init
        {
            foreach (string column in value)
            {
                SqlText.ValidateIdentifier(column, nameof(Columns));
            }

            if (value.Distinct(StringComparer.Ordinal).Count() != value.Length)
            {
                throw new ArgumentException($"The grant on '{Schema}.{Table}' names a column twice.", nameof(value));
            }

            field = value.IsEmpty || !Privileges.HasFlag(PostgreSqlPrivileges.Delete)
                ? value
                : throw new ArgumentException($"Deleting from '{Schema}.{Table}' cannot be limited to columns; put Delete into a grant of its own.", nameof(value));
        }
    } = [];

    /// <summary>The rows it is limited to; null for a table without row security. A table that has it needs one, if only <see cref="RowFilter.AllRows"/>.</summary>
    public RowFilter? Rows { get; init; }
}
