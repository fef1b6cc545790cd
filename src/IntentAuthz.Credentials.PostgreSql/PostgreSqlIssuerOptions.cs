using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>What an issuer is called, and what its scopes mean in the database.</summary>
public sealed class PostgreSqlIssuerOptions
{
    /// <summary>The name that credential profiles use.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// What the names of all roles of this issuer begin with: 2 to 24 lower-case letters, digits and underscores, the first a letter, the last an
    /// underscore, such as <c>ia_orders_</c>. Roles without a live lease are found by it and dropped, so each lease store on a
    /// cluster has its own, and nobody else makes roles under it.
    /// </summary>
    public required string RolePrefix { get; init; }

    /// <summary>What each scope allows.</summary>
    public required IReadOnlyList<PostgreSqlScope> Scopes { get; init; }

    /// <summary>The schema of the issuer's own, which <see cref="PostgreSqlCredentialIssuer.SetUpAsync"/> makes. Issuers on one database may share it.</summary>
    public string Schema { get; init; } = "intentauthz";

    /// <summary>The one tenant whose leases are made; null for several. Then a row filter by user or agent names the tenant too, since both are unique within a tenant only.</summary>
    public TenantId? Tenant { get; init; }

    /// <summary>How many sessions a lease's role may have at a time, 1 to 1000.</summary>
    public int ConnectionLimit { get; init; } = 4;

    /// <summary>
    /// Whether setting up turns row security on for tables that a scope filters. Turning it on hides all rows from everybody but the table's owner
    /// and whom a policy names, so it is not done unasked.
    /// </summary>
    public bool EnableRowSecurity { get; init; }

    /// <summary>
    /// Whether roles are made although everybody (<c>PUBLIC</c>) may use tables of the database or create objects in it, beyond what scopes allow.
    /// </summary>
    public bool AcceptPublicPrivileges { get; init; }

    /// <summary>How long one statement may take, one second to ten minutes. Each of the few steps of revoking is bounded by it.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the database is compared with <see cref="Scopes"/> before a role is made, zero (each time) to one hour.</summary>
    public TimeSpan VerifyEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How far the server's clock, which ends logins, may differ from this process's, zero to one minute. With more, no role is made.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Sets what a connection string cannot hold, such as certificates or a password that changes. Used for each connection of the issuer's own.</summary>
    public Action<NpgsqlDataSourceBuilder>? Configure { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
