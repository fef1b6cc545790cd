using System.Collections.Immutable;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>How a database compares with what an issuer's scopes say.</summary>
/// <param name="Faults">Why no role is made, each with its fix; empty when all is as it should be.</param>
/// <param name="Exposures">What a lease's role can do beyond its scopes, since PostgreSQL allows it everybody.</param>
public sealed record PostgreSqlReport(ImmutableArray<string> Faults, ImmutableArray<string> Exposures)
{
    /// <summary>Whether roles are made.</summary>
    public bool IsSound => Faults.IsEmpty;
}
