using System.Collections.Immutable;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// What one scope of a credential profile means in the database. A lease that has several scopes may do what any of them allows; of a table
/// that several of them filter, it sees the rows that all of them leave. Immutable.
/// </summary>
public sealed class PostgreSqlScope
{
    internal const PostgreSqlPrivileges AllPrivileges =
        PostgreSqlPrivileges.Select | PostgreSqlPrivileges.Insert | PostgreSqlPrivileges.Update | PostgreSqlPrivileges.Delete;

    /// <summary>Says what a scope allows.</summary>
    /// <param name="name">The scope as credential profiles name it, 1 to 256 characters.</param>
    /// <param name="grants">At least one; of one table, no privilege twice.</param>
    /// <exception cref="ArgumentException">The name is empty or too long, there is no grant, or a privilege is granted twice.</exception>
    public PostgreSqlScope(string name, params IEnumerable<PostgreSqlGrant> grants)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(grants);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, 256, nameof(name));
        Name = name;
        Grants = [.. grants];
        if (Grants.IsEmpty)
        {
            throw new ArgumentException($"The scope '{name}' grants nothing; name what it allows.", nameof(grants));
        }

        foreach (IGrouping<(string, string), PostgreSqlGrant> table in Grants.GroupBy(static g => (g.Schema, g.Table)))
        {
            PostgreSqlPrivileges seen = PostgreSqlPrivileges.None;
            foreach (PostgreSqlGrant grant in table)
            {
                if ((seen & grant.Privileges) != 0)
                {
                    throw new ArgumentException($"The scope '{name}' grants {seen & grant.Privileges} on '{grant.Schema}.{grant.Table}' twice; write it once.", nameof(grants));
                }

                seen |= grant.Privileges;
            }

            if (table.Any(static g => g.Rows is null) && table.Any(static g => g.Rows is not null))
            {
                throw new ArgumentException(
                    $"The scope '{name}' filters rows of '{table.First().Schema}.{table.First().Table}' for one privilege and not for another; use RowFilter.AllRows where all are meant.", nameof(grants));
            }
        }
    }

    /// <summary>The scope's name.</summary>
    public string Name { get; }

    /// <summary>What it allows.</summary>
    public ImmutableArray<PostgreSqlGrant> Grants { get; }
}
