using System.Collections.Immutable;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// Which rows of a table a lease reaches: those whose columns equal what the issuer wrote down of the lease. The comparison is made by
/// policies of the table (row security) against the role that logged in, never against a setting that the client can change. Texts are compared
/// byte by byte, whatever the column's collation. Immutable.
/// </summary>
public sealed class RowFilter
{
    private RowFilter(ImmutableArray<(string Column, LeaseValue Value)> conditions) => Conditions = conditions;

    /// <summary>All rows of a table that has row security: somebody wrote down that there is no filter.</summary>
    public static RowFilter AllRows { get; } = new([]);

    internal ImmutableArray<(string Column, LeaseValue Value)> Conditions { get; }

    /// <summary>The rows whose column equals a value of the lease.</summary>
    /// <param name="column">The column, spelled as in the catalogue.</param>
    /// <param name="value">What it is compared to.</param>
    /// <exception cref="ArgumentException">The column is no identifier.</exception>
    public static RowFilter Where(string column, LeaseValue value) => AllRows.And(column, value);

    /// <summary>Of these rows, those whose column equals another value of the lease too.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">What it is compared to.</param>
    /// <exception cref="ArgumentException">The column is no identifier.</exception>
    public RowFilter And(string column, LeaseValue value)
    {
        SqlText.ValidateIdentifier(column, nameof(column));
        return Enum.IsDefined(value)
            ? new RowFilter(Conditions.Add((column, value)))
            : throw new ArgumentOutOfRangeException(nameof(value), value, "No value of a lease.");
    }

    /// <summary>The conditions.</summary>
    public override string ToString() => Conditions.IsEmpty ? "all rows" : string.Join(" and ", Conditions.Select(static c => $"{c.Column} = the lease's {c.Value}"));
}
