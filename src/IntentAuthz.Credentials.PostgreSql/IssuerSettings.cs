using System.Collections.Frozen;
using System.Collections.Immutable;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>The options, checked, with what follows from them.</summary>
internal sealed class IssuerSettings
{
    internal IssuerSettings(PostgreSqlIssuerOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Name))
        {
            throw Wrong("PostgreSqlIssuerOptions.Name is empty; credential profiles need it.");
        }

        if (!RoleNames.IsPrefix(options.RolePrefix))
        {
            throw Wrong($"PostgreSqlIssuerOptions.RolePrefix must have 2 to {RoleNames.MaxPrefix} lower-case letters, digits and underscores, begin with a letter other than pg_, and end with an underscore.");
        }

        if (options.Scopes is not { Count: > 0 })
        {
            throw Wrong("PostgreSqlIssuerOptions.Scopes is empty; say what each scope of the credential profiles allows.");
        }

        SqlText.ValidateIdentifier(options.Schema, nameof(options));
        CheckRange(nameof(options.ConnectionLimit), options.ConnectionLimit, 1, 1000);
        CheckRange(nameof(options.CommandTimeout), options.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10));
        CheckRange(nameof(options.VerifyEvery), options.VerifyEvery, TimeSpan.Zero, TimeSpan.FromHours(1));
        CheckRange(nameof(options.ClockSkew), options.ClockSkew, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Options = options;
        Time = options.Time ?? throw Wrong("PostgreSqlIssuerOptions.Time is null; leave it out for the system's clock.");
        Names = new RoleNames(options.RolePrefix);
        LeaseTable = SqlText.Quote(options.Schema, "lease");
        PolicyTable = SqlText.Quote(options.Schema, "policy");
        ValueFunction = SqlText.Quote(options.Schema, "lease_value");
        Groups = [.. options.Scopes.Select(s => new ScopeGroup(s, Names.OfScope(s.Name), options.Schema))];
        if (Groups.GroupBy(static g => g.Scope.Name, StringComparer.Ordinal).FirstOrDefault(static g => g.Count() > 1) is { } twice)
        {
            throw Wrong($"PostgreSqlIssuerOptions.Scopes names '{twice.Key}' twice; put its grants into one scope.");
        }

        if (Groups.SelectMany(static g => g.Scope.Grants).FirstOrDefault(g => g.Schema == options.Schema) is { } own)
        {
            throw Wrong($"A scope grants on '{own.Schema}.{own.Table}', which is in the issuer's own schema; name another schema in one of the two places.");
        }

        foreach (ScopeGroup group in Groups.Where(_ => options.Tenant is null))
        {
            if (group.Scope.Grants.FirstOrDefault(static g => g.Rows is { } rows
                && rows.Conditions.Any(static c => c.Value is LeaseValue.User or LeaseValue.Agent) && rows.Conditions.All(static c => c.Value != LeaseValue.Tenant)) is { } open)
            {
                throw Wrong($"The scope '{group.Scope.Name}' filters '{open.Schema}.{open.Table}' by {open.Rows}, which names somebody within any tenant; filter by LeaseValue.Tenant too, or set PostgreSqlIssuerOptions.Tenant.");
            }
        }

        GroupOf = Groups.ToFrozenDictionary(static g => g.Scope.Name, StringComparer.Ordinal);
    }

    internal PostgreSqlIssuerOptions Options { get; }

    internal TimeProvider Time { get; }

    internal RoleNames Names { get; }

    internal ImmutableArray<ScopeGroup> Groups { get; }

    internal FrozenDictionary<string, ScopeGroup> GroupOf { get; }

    internal string LeaseTable { get; }

    internal string PolicyTable { get; }

    internal string ValueFunction { get; }

    private static ArgumentException Wrong(string why) => new(why);

    private static void CheckRange<T>(string name, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw Wrong($"PostgreSqlIssuerOptions.{name} is {value}; set it between {least} and {most}.");
        }
    }
}
