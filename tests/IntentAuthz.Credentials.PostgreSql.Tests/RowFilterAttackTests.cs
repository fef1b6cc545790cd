using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>An agent that may run any SQL tries to see rows that are not its lease's.</summary>
[Collection(OneServer.Name)]
public sealed class RowFilterAttackTests(ServerFixture fixture)
{
    private const string Seen = "SELECT coalesce(string_agg(id::text, ',' ORDER BY id), 'none') FROM sales.orders";

    [PostgreSqlTheory]
    [InlineData("SET intentauthz.tenant = 'south'; SET app.tenant = 'south'")]
    [InlineData("SELECT set_config('intentauthz.lease', 'south', false)")]
    [InlineData("SET search_path = pg_temp, public; CREATE TEMP TABLE lease AS SELECT CURRENT_USER::name AS role, 'south'::text AS tenant, NULL::timestamptz AS ended_at")]
    [InlineData("CREATE TEMP TABLE pg_roles AS SELECT * FROM pg_catalog.pg_roles; SET search_path = pg_temp, pg_catalog")]
    [InlineData("CREATE FUNCTION pg_temp.lease_value(text) RETURNS text LANGUAGE sql AS $$ SELECT 'south' $$; SET search_path = pg_temp, intentauthz")]
    [InlineData("CREATE FUNCTION pg_temp.anything(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; CREATE OPERATOR pg_temp.= (LEFTARG = text, RIGHTARG = text, FUNCTION = pg_temp.anything); SET search_path = pg_temp, pg_catalog")]
    [InlineData("RESET ALL; DISCARD ALL")]
    [InlineData("SET ROLE NONE; RESET SESSION AUTHORIZATION")]
    public async Task NothingAClientCanSet_WidensTheFilter(string sql)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await using NpgsqlConnection connection = await role.ConnectAsync();
        foreach (string statement in sql.Split("; "))
        {
            await using NpgsqlCommand command = new(statement, connection);
            await command.ExecuteNonQueryAsync();
        }

        await using NpgsqlCommand look = new(Seen, connection);
        Assert.Equal("1,2", await look.ExecuteScalarAsync());
    }

    [PostgreSqlFact]
    public async Task SetRole_ToTheScope_ChangesNoRows_AndToAnotherTenantsLeaseIsRefused()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        LeasedRole other = await shop.IssueAsync(Shop.South);
        string group = await shop.AskAsync($"SELECT rolname FROM pg_roles WHERE rolname LIKE '{shop.Prefix}scope\\_orders\\_read%'");

        Assert.Equal("1,2", await role.AskAsync($"SET ROLE {group}; {Seen}"));
        Assert.Equal("3", await other.AskAsync($"SET ROLE {group}; {Seen}"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync($"SET ROLE {other.Name}"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync($"SET SESSION AUTHORIZATION {other.Name}"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await role.RefusedAsync($"GRANT {group} TO {other.Name}"));
    }

    /// <summary>Before PostgreSQL 15 a role may make others members of itself: two agents that collude. The rows stay those of whoever logged in.</summary>
    [PostgreSqlFact]
    public async Task MembershipOfAnotherLease_ShowsNoMoreRows_AndEndsWithIt()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole giver = await shop.IssueAsync(Shop.South);
        LeasedRole taker = await shop.IssueAsync(scopes: ["orders:write"]);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await giver.RefusedAsync($"GRANT {giver.Name} TO {taker.Name}"));
        await shop.AsSuperuserAsync($"GRANT {giver.Name} TO {taker.Name}");

        Assert.Equal("1,2", await taker.AskAsync(Seen));
        Assert.Equal("1,2", await taker.AskAsync($"SET ROLE {giver.Name}; {Seen}"));

        await giver.RevokeAsync();
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await taker.RefusedAsync(Seen));
        Assert.False(await shop.ExistsAsync(giver.Name), $"{giver.Name} is still there.");
    }

    [PostgreSqlFact]
    public async Task CheapFunction_IsNotShownFilteredRows()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await using NpgsqlConnection connection = await role.ConnectAsync();
        List<string> told = [];
        connection.Notice += (_, notice) => told.Add(notice.Notice.MessageText);
        await using NpgsqlCommand make = new(
            "CREATE FUNCTION pg_temp.tell(t text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE 'saw %', t; RETURN true; END $$", connection);
        await make.ExecuteNonQueryAsync();
        await using NpgsqlCommand look = new("SELECT count(*) FROM sales.orders WHERE pg_temp.tell(tenant)", connection);

        Assert.Equal(2L, await look.ExecuteScalarAsync());
        Assert.Equal(["saw north", "saw north"], told);
    }

    [PostgreSqlFact]
    public async Task TemporaryViews_AndOthersPermissivePolicies_ShowNoMoreRows()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await shop.AsOwnerAsync("CREATE POLICY everything ON sales.orders USING (true)");
        LeasedRole role = await shop.IssueAsync();

        Assert.Equal("1,2", await role.AskAsync(Seen));
        Assert.Equal("1,2", await role.AskAsync($"CREATE TEMP VIEW v AS SELECT id, tenant FROM sales.orders; {Seen.Replace("sales.orders", "v", StringComparison.Ordinal)}"));
    }

    [PostgreSqlFact]
    public async Task TwoFilters_LeaveWhatBothLeave()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);

        Assert.Equal("1", await (await shop.IssueAsync(scopes: ["orders:mine"])).AskAsync(Seen));
        Assert.Equal("1", await (await shop.IssueAsync(scopes: ["orders:mine", "orders:read"])).AskAsync(Seen));
        Assert.Equal("3", await (await shop.IssueAsync(Shop.South, scopes: ["orders:mine"])).AskAsync(Seen));
    }

    /// <summary>Two tenants that a collation, or a number's spelling, would make one.</summary>
    [PostgreSqlTheory]
    [InlineData("text COLLATE sales.blind", "'North'", "north")]
    [InlineData("int", "7", "007")]
    [InlineData("char(8)", "'7'", "7 x")]
    [InlineData("varchar(3)", "'nor'", "north")]
    public async Task AnotherSpelling_IsAnotherTenant(string type, string value, string tenant)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await shop.AsOwnerAsync($"""
            CREATE COLLATION sales.blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE sales.typed (id int, tenant {type});
            INSERT INTO sales.typed VALUES (1, {value})
            """);
        PostgreSqlScope typed = new("typed", new PostgreSqlGrant("sales", "typed", PostgreSqlPrivileges.Select) { Rows = RowFilter.Where("tenant", LeaseValue.Tenant) });
        PostgreSqlCredentialIssuer issuer = shop.MakeIssuer(Shop.Reading, Shop.Writing, Shop.Mine, typed);
        await issuer.SetUpAsync(shop.OwnerConnection);
        IssueResult made = await issuer.IssueAsync(await shop.RequestAsync(new TenantId(tenant), scopes: ["typed"]), CancellationToken.None);
        Assert.True(made.Succeeded, made.Error);

        Assert.Equal("0", await Shop.ScalarAsync(shop.Server.ConnectionString(made.UserName!, made.Secret.Reveal(), shop.Database), "SELECT count(*) FROM sales.typed"));
    }

    [PostgreSqlFact]
    public async Task RowFilterByUserAlone_NeedsOneTenant()
    {
        PostgreSqlScope scope = new("x", new PostgreSqlGrant("sales", "orders", PostgreSqlPrivileges.Select) { Rows = RowFilter.Where("person", LeaseValue.User) });
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new PostgreSqlCredentialIssuer(
            "Host=127.0.0.1", new PostgreSqlIssuerOptions { Name = "database", RolePrefix = "ia_", Scopes = [scope] }));
        Assert.Contains("Tenant", refused.Message, StringComparison.Ordinal);

        await using PostgreSqlCredentialIssuer one = new("Host=127.0.0.1", new PostgreSqlIssuerOptions { Name = "database", RolePrefix = "ia_", Scopes = [scope], Tenant = Shop.North });
        Assert.Equal("database (ia_…)", one.ToString());
    }
}
