using System.Globalization;
using System.Runtime.CompilerServices;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>
/// A database with orders of two tenants, owned by a user without special rights; an issuer that logs in as a user who may create roles and
/// is no superuser; and a guard that opens tasks.
/// </summary>
internal sealed class Shop : IAsyncDisposable
{
    internal static readonly TenantId North = new("north");
    internal static readonly TenantId South = new("south");
    private const string Password = "a-test";
    private static int s_count;

    private readonly TemporaryPostgreSql _server;
    private readonly ServiceProvider _services;
    private readonly List<PostgreSqlCredentialIssuer> _issuers = [];

    private Shop(TemporaryPostgreSql server)
    {
        int number = Interlocked.Increment(ref s_count);
        _server = server;
        Database = $"shop{number}";
        Prefix = $"ia{number}_";
        ServiceCollection services = new();
        services.AddIntentAuthz(add => add
            .AddPolicies(PolicySource.Text("""permit(principal, action == IntentAuthz::Action::"OpenTask", resource);"""))
            .UseAuditSink(new InMemoryAuditSink()));
        _services = services.BuildServiceProvider();
    }

    internal string Database { get; }

    internal string Prefix { get; }

    internal string AdminUser => $"{Database}_jit";

    internal string OwnerUser => $"{Database}_owner";

    internal PostgreSqlCredentialIssuer Issuer { get; private set; } = null!;

    internal string AdminConnection => _server.ConnectionString(AdminUser, Password, Database);

    internal string OwnerConnection => _server.ConnectionString(OwnerUser, Password, Database);

    internal TemporaryPostgreSql Server => _server;

    internal static PostgreSqlScope Reading => new(
        "orders:read",
        new PostgreSqlGrant("sales", "orders", PostgreSqlPrivileges.Select) { Columns = ["id", "tenant", "total"], Rows = RowFilter.Where("tenant", LeaseValue.Tenant) },
        new PostgreSqlGrant("sales", "products", PostgreSqlPrivileges.Select));

    internal static PostgreSqlScope Writing => new(
        "orders:write",
        new PostgreSqlGrant("sales", "orders", PostgreSqlPrivileges.Insert | PostgreSqlPrivileges.Update | PostgreSqlPrivileges.Delete) { Rows = RowFilter.Where("tenant", LeaseValue.Tenant) });

    internal static PostgreSqlScope Mine => new(
        "orders:mine",
        new PostgreSqlGrant("sales", "orders", PostgreSqlPrivileges.Select) { Rows = RowFilter.Where("tenant", LeaseValue.Tenant).And("person", LeaseValue.User) });

    /// <summary>Set up, with these scopes or with the three above.</summary>
    internal static async Task<Shop> OpenAsync(ServerFixture fixture, params PostgreSqlScope[] scopes)
    {
        Shop shop = new(fixture.Server);
        await shop.AsSuperuserAsync("postgres", $"""
            CREATE ROLE {shop.OwnerUser} LOGIN PASSWORD '{Password}';
            CREATE ROLE {shop.AdminUser} LOGIN CREATEROLE PASSWORD '{Password}'
            """);
        await shop.AsSuperuserAsync("postgres", $"CREATE DATABASE {shop.Database} OWNER {shop.OwnerUser}");
        await shop.AsOwnerAsync("""
            CREATE SCHEMA sales;
            CREATE TABLE sales.orders (id int PRIMARY KEY, tenant text NOT NULL, person text NOT NULL, total numeric NOT NULL, note text);
            CREATE TABLE sales.products (id int PRIMARY KEY, name text NOT NULL);
            CREATE TABLE sales.salaries (person text PRIMARY KEY, amount numeric NOT NULL);
            INSERT INTO sales.orders VALUES (1, 'north', 'alice', 10, 'n1'), (2, 'north', 'bob', 20, 'n2'), (3, 'south', 'alice', 30, 's3');
            INSERT INTO sales.products VALUES (1, 'paper'), (2, 'ink');
            INSERT INTO sales.salaries VALUES ('alice', 5000)
            """);
        shop.Issuer = shop.MakeIssuer(scopes);
        await shop.Issuer.SetUpAsync(shop.OwnerConnection);
        return shop;
    }

    internal PostgreSqlIssuerOptions Options(params PostgreSqlScope[] scopes) => new()
    {
        Name = "database",
        RolePrefix = Prefix,
        Scopes = scopes.Length > 0 ? scopes : [Reading, Writing, Mine],
        EnableRowSecurity = true,
        VerifyEvery = TimeSpan.Zero,
    };

    internal PostgreSqlCredentialIssuer MakeIssuer(params PostgreSqlScope[] scopes) => MakeIssuer(Options(scopes));

    internal PostgreSqlCredentialIssuer MakeIssuer(PostgreSqlIssuerOptions options)
    {
        PostgreSqlCredentialIssuer issuer = new(AdminConnection, options);
        _issuers.Add(issuer);
        return issuer;
    }

    internal async Task<IssueRequest> RequestAsync(
        TenantId? tenant = null, string? user = "alice", TimeSpan? lifetime = null, LeaseId? id = null, params string[] scopes)
    {
        TenantId of = tenant ?? North;
        Guard guard = _services.GetRequiredService<Guard>();
        TaskRequest request = new(AgentIdentity.HostAsserted(new AgentId("clerk"), of, "sales"), "read orders", Mandate.WhateverPoliciesPermit("a test"), TimeSpan.FromHours(1))
        {
            Delegation = user is null ? Delegation.None : Delegation.OnBehalfOf(Principal.Person(user, of, "user")),
        };
        AgentTask task = (await guard.Tasks.OpenAsync(request, Principal.Service("host", of))).GetTaskOrThrow();
        string[] wanted = scopes.Length > 0 ? scopes : ["orders:read"];
        CredentialProfile profile = new("orders", "database", "shop", wanted, TimeSpan.FromMinutes(5));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        DateTimeOffset end = now + (lifetime ?? TimeSpan.FromMinutes(5));
        Lease lease = new()
        {
            Id = id ?? new LeaseId($"lease_{Guid.NewGuid():N}"),
            Tenant = of,
            Task = task.Id,
            Agent = task.Agent.Id,
            Owner = task.Owner,
            Profile = profile.Name,
            Issuer = "database",
            Audience = "shop",
            Scopes = [.. wanted],
            CreatedAt = now,
            ExpiresAt = end,
            RenewableUntil = end + TimeSpan.FromHours(1),
            HonouredUntil = end,
        };
        IssueRequest made = Make(lease, profile, task);
        return Make(lease with { Handle = Issuer.GetHandle(made) }, profile, task);
    }

    internal async Task<LeasedRole> IssueAsync(TenantId? tenant = null, string? user = "alice", TimeSpan? lifetime = null, params string[] scopes)
    {
        IssueRequest request = await RequestAsync(tenant, user, lifetime, null, scopes);
        IssueResult result = await Issuer.IssueAsync(request, CancellationToken.None);
        Assert.True(result.Succeeded, $"No role was made: {result.Error}");
        return new LeasedRole(this, request.Lease, result);
    }

    internal Task AsOwnerAsync(string sql) => RunAsync(OwnerConnection, sql);

    internal Task AsAdminAsync(string sql) => RunAsync(AdminConnection, sql);

    internal Task AsSuperuserAsync(string database, string sql) => RunAsync(_server.AdminConnectionString.Replace("Database=postgres", $"Database={database}", StringComparison.Ordinal), sql);

    internal Task AsSuperuserAsync(string sql) => AsSuperuserAsync(Database, sql);

    /// <summary>What a superuser sees, as one text.</summary>
    internal async Task<string> AskAsync(string sql) => await ScalarAsync(_server.AdminConnectionString.Replace("Database=postgres", $"Database={Database}", StringComparison.Ordinal), sql);

    internal async Task<bool> ExistsAsync(string role) => await AskAsync($"SELECT count(*) FROM pg_roles WHERE rolname = '{role}'") == "1";

    internal static async Task<string> ScalarAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    internal static async Task RunAsync(string connectionString, string sql)
    {
        await using NpgsqlConnection connection = new(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PostgreSqlCredentialIssuer issuer in _issuers)
        {
            await issuer.DisposeAsync();
        }

        await _services.DisposeAsync();
    }

    /// <summary>The broker makes requests; tests of an issuer alone have none.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern IssueRequest Make(Lease lease, CredentialProfile profile, AgentTask task);
}
