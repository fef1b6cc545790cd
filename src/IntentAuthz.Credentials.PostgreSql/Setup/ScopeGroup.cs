using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// The role that stands for a scope. It cannot log in; leases' roles are members of it. Tables' access lists thus name scopes and not leases:
/// they cannot grow without bound, and making a lease changes no table.
/// </summary>
internal sealed class ScopeGroup
{
    internal static readonly PostgreSqlPrivileges[] Each = [PostgreSqlPrivileges.Select, PostgreSqlPrivileges.Insert, PostgreSqlPrivileges.Update, PostgreSqlPrivileges.Delete];

    internal ScopeGroup(PostgreSqlScope scope, string role, string ownSchema)
    {
        Scope = scope;
        Role = role;
        HashSet<Privilege> privileges = [];
        List<RowPolicy> policies = [];
        foreach (PostgreSqlGrant grant in scope.Grants)
        {
            privileges.Add(new Privilege(PrivilegeKind.Schema, grant.Schema, "", "", "USAGE"));
            foreach (PostgreSqlPrivileges command in Each.Where(c => grant.Privileges.HasFlag(c)))
            {
                string right = command.ToString().ToUpperInvariant();
                if (grant.Columns.IsEmpty)
                {
                    privileges.Add(new Privilege(PrivilegeKind.Table, grant.Schema, grant.Table, "", right));
                }

                privileges.UnionWith(grant.Columns.Select(c => new Privilege(PrivilegeKind.Column, grant.Schema, grant.Table, c, right)));
                if (grant.Rows is { } rows)
                {
                    // The policies ask for the values of the lease, as whoever runs the query.
                    privileges.Add(new Privilege(PrivilegeKind.Function, ownSchema, "lease_value", "", "EXECUTE"));
                    policies.Add(new RowPolicy(grant.Schema, grant.Table, PolicyName(role, command, 'p'), role, command, IsPermissive: true, rows));
                    policies.Add(new RowPolicy(grant.Schema, grant.Table, PolicyName(role, command, 'r'), role, command, IsPermissive: false, rows));
                }
            }
        }

        Privileges = [.. privileges];
        Policies = [.. policies];
    }

    internal PostgreSqlScope Scope { get; }

    internal string Role { get; }

    internal ImmutableHashSet<Privilege> Privileges { get; }

    internal ImmutableArray<RowPolicy> Policies { get; }

    private static string PolicyName(string role, PostgreSqlPrivileges command, char kind) =>
        $"intentauthz_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(role)).AsSpan(0, 8))}_{command.ToString().ToLowerInvariant()}_{kind}";
}
