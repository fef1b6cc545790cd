using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>What a role may do is what its scopes say, asked of the server itself.</summary>
[Collection(OneServer.Name)]
public sealed class GrantTests(ServerFixture fixture)
{
    [PostgreSqlFact]
    public async Task Role_IsAsPlainAsCanBe()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();

        Assert.Equal(shop.Issuer.GetHandle(await shop.RequestAsync(id: role.Lease.Id)), role.Name);
        Assert.Equal("t|f|f|f|f|f|t|4", await shop.AskAsync($"SELECT concat_ws('|', rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolinherit, rolconnlimit) FROM pg_roles WHERE rolname = '{role.Name}'"));
        Assert.Equal("0", await shop.AskAsync($"SELECT extract(epoch FROM rolvaliduntil - '{role.Lease.ExpiresAt.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00')::int FROM pg_roles WHERE rolname = '{role.Name}'"));
        Assert.Equal("f", await shop.AskAsync($"SELECT rolsuper::text::char FROM pg_roles WHERE rolname = '{shop.AdminUser}'"));
    }

    [PostgreSqlFact]
    public async Task Role_HasExactlyTheGrants()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();

        Assert.Equal(
            "orders.id SELECT,orders.tenant SELECT,orders.total SELECT,products.id SELECT,products.name SELECT",
            await role.AskAsync("SELECT string_agg(table_name || '.' || column_name || ' ' || privilege_type, ',' ORDER BY table_name, column_name, privilege_type) FROM information_schema.column_privileges WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"));
        Assert.Equal("products SELECT", await role.AskAsync("SELECT string_agg(table_name || ' ' || privilege_type, ',') FROM information_schema.table_privileges WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"));
    }

    [PostgreSqlTheory]
    [InlineData("SELECT * FROM sales.salaries")]
    [InlineData("SELECT note FROM sales.orders")]
    [InlineData("SELECT * FROM sales.orders")]
    [InlineData("SELECT orders FROM sales.orders")]
    [InlineData("SELECT count(*) FROM sales.orders WHERE note LIKE 'n%'")]
    [InlineData("INSERT INTO sales.products VALUES (3, 'x')")]
    [InlineData("UPDATE sales.products SET name = 'x'")]
    [InlineData("DELETE FROM sales.products")]
    [InlineData("TRUNCATE sales.products")]
    [InlineData("SELECT * FROM sales.products FOR UPDATE")]
    [InlineData("ALTER TABLE sales.products ADD x int")]
    [InlineData("CREATE TABLE sales.x (id int)")]
    [InlineData("CREATE TABLE public.x (id int)")]
    [InlineData("CREATE SCHEMA x")]
    [InlineData("CREATE POLICY all_rows ON sales.orders USING (true)")]
    [InlineData("ALTER TABLE sales.orders DISABLE ROW LEVEL SECURITY")]
    [InlineData("SELECT * FROM intentauthz.lease")]
    [InlineData("INSERT INTO intentauthz.lease (role) VALUES ('x')")]
    [InlineData("SELECT intentauthz.lease_value('Tenant')")]
    [InlineData("CREATE ROLE x")]
    [InlineData("CREATE DATABASE x")]
    [InlineData("COPY sales.products TO '/tmp/x'")]
    [InlineData("COPY sales.products TO PROGRAM 'cat'")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT rolpassword FROM pg_authid")]
    [InlineData("ALTER SYSTEM SET log_statement = 'none'")]
    [InlineData("SET session_replication_role = 'replica'")]
    [InlineData("GRANT SELECT ON sales.salaries TO CURRENT_USER")]
    [InlineData("ALTER ROLE CURRENT_USER VALID UNTIL 'infinity'")]
    [InlineData("ALTER ROLE CURRENT_USER CONNECTION LIMIT -1")]
    [InlineData("ALTER ROLE CURRENT_USER CREATEROLE")]
    [InlineData("ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES TO PUBLIC")]
    public async Task WhatNoScopeAllows_IsRefused(string sql)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync(sql));
    }

    [PostgreSqlFact]
    public async Task Writing_ReachesItsTenantsRowsOnly()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync(scopes: ["orders:read", "orders:write"]);

        await role.RunAsync("INSERT INTO sales.orders VALUES (4, 'north', 'carol', 40, 'n4')");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync("INSERT INTO sales.orders VALUES (5, 'south', 'carol', 40, 's5')"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync("UPDATE sales.orders SET tenant = 'south' WHERE id = 4"));
        await role.RunAsync("UPDATE sales.orders SET total = 99");
        await role.RunAsync("DELETE FROM sales.orders");

        Assert.Equal("3:30", await shop.AskAsync("SELECT string_agg(id || ':' || total, ',') FROM sales.orders"));
    }

    [PostgreSqlFact]
    public async Task UnknownScope_OtherTenant_NoPerson_AreRefusedBeforeAnythingIsMade()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        PostgreSqlIssuerOptions options = new() { Name = "database", RolePrefix = shop.Prefix, Scopes = [Shop.Reading, Shop.Writing, Shop.Mine], Tenant = Shop.South };
        PostgreSqlCredentialIssuer ofSouth = shop.MakeIssuer(options);

        IssueResult unknown = await shop.Issuer.IssueAsync(await shop.RequestAsync(scopes: ["orders:read", "orders:all"]), CancellationToken.None);
        IssueResult nobody = await shop.Issuer.IssueAsync(await shop.RequestAsync(user: null, scopes: ["orders:mine"]), CancellationToken.None);
        IssueResult other = await ofSouth.IssueAsync(await shop.RequestAsync(), CancellationToken.None);
        IssueResult late = await shop.Issuer.IssueAsync(await shop.RequestAsync(lifetime: TimeSpan.FromSeconds(-1)), CancellationToken.None);

        Assert.Contains("orders:all", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("no person", nobody.Error, StringComparison.Ordinal);
        Assert.Contains("south", other.Error, StringComparison.Ordinal);
        Assert.Contains("Nothing is left", late.Error, StringComparison.Ordinal);
        Assert.Equal("0", await shop.AskAsync($"SELECT count(*) FROM pg_roles WHERE rolname ~ '^{shop.Prefix}[0-9a-f]{{32}}$'"));
    }

    [PostgreSqlFact]
    public async Task Password_StandsNowhereOnTheServer()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await shop.AsSuperuserAsync("CREATE EXTENSION pg_stat_statements");
        LeasedRole role = await shop.IssueAsync();
        Assert.Equal("2", await role.AskAsync("SELECT count(*) FROM sales.orders"));

        Assert.Contains($"CREATE ROLE \"{role.Name}\"", fixture.Server.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(role.Password, fixture.Server.Log, StringComparison.Ordinal);
        Assert.Equal("0", await shop.AskAsync($"SELECT count(*) FROM pg_stat_statements WHERE strpos(query, '{role.Password[..20]}' || '{role.Password[20..]}') > 0"));
        Assert.StartsWith("SCRAM-SHA-256$4096:", await shop.AskAsync($"SELECT rolpassword FROM pg_authid WHERE rolname = '{role.Name}'"), StringComparison.Ordinal);
    }

    [PostgreSqlFact]
    public async Task ValidUntil_EndsLogins_AndRowsInSessionsThatAreOpen()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync(lifetime: TimeSpan.FromSeconds(2));
        await using NpgsqlConnection open = await role.ConnectAsync();
        await using NpgsqlCommand count = new("SELECT count(*) FROM sales.orders", open);
        Assert.Equal(2L, await count.ExecuteScalarAsync());

        await shop.AskAsync($"SELECT pg_sleep(extract(epoch FROM rolvaliduntil - clock_timestamp())) FROM pg_roles WHERE rolname = '{role.Name}'");

        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => role.ConnectAsync());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [PostgreSqlFact]
    public async Task ConnectionLimit_Holds()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        List<NpgsqlConnection> open = [];
        try
        {
            for (int i = 0; i < 4; i++)
            {
                open.Add(await role.ConnectAsync());
            }

            PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => role.ConnectAsync());
            Assert.Equal(PostgresErrorCodes.TooManyConnections, refused.SqlState);
        }
        finally
        {
            foreach (NpgsqlConnection connection in open)
            {
                await connection.DisposeAsync();
            }
        }
    }

    [PostgreSqlFact]
    public async Task Renewing_MovesTheEnd_AndNoFurtherThanTheLeaseMay()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        DateTimeOffset later = role.Lease.ExpiresAt + TimeSpan.FromMinutes(5);

        Assert.Equal(later, await shop.Issuer.RenewAsync(role.Lease, later, CancellationToken.None));
        Assert.Equal(role.Lease.RenewableUntil, await shop.Issuer.RenewAsync(role.Lease, later + TimeSpan.FromDays(1), CancellationToken.None));
        Assert.Equal("0", await shop.AskAsync($"SELECT extract(epoch FROM rolvaliduntil - '{role.Lease.RenewableUntil.UtcDateTime:yyyy-MM-dd HH:mm:ss.ffffff}+00')::int FROM pg_roles WHERE rolname = '{role.Name}'"));

        await role.RevokeAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await shop.Issuer.RenewAsync(role.Lease, later, CancellationToken.None));
        Assert.False(await shop.ExistsAsync(role.Name), "Renewing brought a role back.");
    }
}
