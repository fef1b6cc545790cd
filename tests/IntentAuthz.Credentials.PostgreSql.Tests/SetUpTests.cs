using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>Setting up brings the database to what the scopes say; whatever is otherwise later makes the issuer refuse.</summary>
[Collection(OneServer.Name)]
public sealed class SetUpTests(ServerFixture fixture)
{
    [PostgreSqlFact]
    public async Task WithoutSetUp_NoRoleIsMade_AndTheReasonNamesTheFix()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await using PostgreSqlCredentialIssuer other = new(shop.AdminConnection, new PostgreSqlIssuerOptions
        {
            Name = "database", RolePrefix = "never_", Scopes = [Shop.Reading], Schema = "never",
        });

        IssueResult refused = await other.IssueAsync(await shop.RequestAsync(), CancellationToken.None);

        Assert.Contains("SetUpAsync", refused.Error, StringComparison.Ordinal);
    }

    [PostgreSqlTheory]
    [InlineData("GRANT DELETE ON sales.products TO {read}", "DELETE")]
    [InlineData("GRANT SELECT (note) ON sales.orders TO {read}", "note")]
    [InlineData("GRANT SELECT ON sales.salaries TO {read}", "salaries")]
    [InlineData("GRANT SELECT ON sales.products TO {read} WITH GRANT OPTION", "GRANT OPTION")]
    [InlineData("GRANT CREATE ON SCHEMA sales TO {read}", "CREATE")]
    [InlineData("REVOKE SELECT ON sales.products FROM {read}", "lacks")]
    [InlineData("ALTER TABLE sales.orders DISABLE ROW LEVEL SECURITY", "row security")]
    [InlineData("ALTER TABLE sales.products ENABLE ROW LEVEL SECURITY", "AllRows")]
    [InlineData("ALTER POLICY {policy} ON sales.orders USING (true)", "policy")]
    [InlineData("DROP POLICY {policy} ON sales.orders", "policy")]
    [InlineData("CREATE POLICY mine ON sales.orders TO {read} USING (true)", "policy mine")]
    [InlineData("CREATE OR REPLACE FUNCTION intentauthz.lease_value(kind text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$ SELECT 'south' $$", "lease_value")]
    [InlineData("GRANT SELECT ON intentauthz.lease TO PUBLIC", "everybody")]
    [InlineData("GRANT SELECT ON sales.salaries TO PUBLIC", "salaries")]
    [InlineData("GRANT SELECT (amount) ON sales.salaries TO PUBLIC", "amount")]
    [InlineData("GRANT CREATE ON SCHEMA sales TO PUBLIC", "sales")]
    [InlineData("GRANT CREATE ON DATABASE {database} TO PUBLIC", "schemas")]
    [InlineData("GRANT CREATE ON DATABASE {database} TO {read}", "database itself")]
    [InlineData("DROP TABLE sales.products", "products")]
    public async Task Drift_IsRefused(string sql, string named)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await AssertSoundAsync(shop);
        string read = await shop.AskAsync($"SELECT rolname FROM pg_roles WHERE rolname LIKE '{shop.Prefix}scope\\_orders\\_read%'");
        string policy = await shop.AskAsync($"SELECT polname FROM pg_policy WHERE polpermissive AND polcmd = 'r' AND polroles = ARRAY['{read}'::regrole::oid]");
        await shop.AsOwnerAsync(sql.Replace("{read}", read, StringComparison.Ordinal).Replace("{policy}", policy, StringComparison.Ordinal).Replace("{database}", shop.Database, StringComparison.Ordinal));

        IssueResult refused = await shop.Issuer.IssueAsync(await shop.RequestAsync(), CancellationToken.None);

        Assert.False(refused.Succeeded, "A role was made although the database had drifted.");
        Assert.Contains(named, refused.Error, StringComparison.Ordinal);
    }

    [PostgreSqlTheory]
    [InlineData("ALTER ROLE {read} LOGIN")]
    [InlineData("ALTER ROLE {read} CREATEDB")]
    [InlineData("GRANT pg_read_all_data TO {read}")]
    [InlineData("CREATE SCHEMA theirs AUTHORIZATION {read}")]
    [InlineData("ALTER ROLE {admin} NOCREATEROLE")]
    [InlineData("REVOKE pg_signal_backend FROM {admin}")]
    public async Task DriftOfRoles_IsRefused(string sql)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        string read = await shop.AskAsync($"SELECT rolname FROM pg_roles WHERE rolname LIKE '{shop.Prefix}scope\\_orders\\_read%'");
        await shop.AsSuperuserAsync(sql.Replace("{read}", read, StringComparison.Ordinal).Replace("{admin}", shop.AdminUser, StringComparison.Ordinal));

        IssueResult refused = await shop.Issuer.IssueAsync(await shop.RequestAsync(), CancellationToken.None);

        Assert.False(refused.Succeeded, "A role was made although a role had drifted.");
    }

    [PostgreSqlFact]
    public async Task SettingUpAgain_MendsDrift_AndFollowsTheScopes()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        string read = await shop.AskAsync($"SELECT rolname FROM pg_roles WHERE rolname LIKE '{shop.Prefix}scope\\_orders\\_read%'");
        await shop.AsOwnerAsync($"GRANT DELETE ON sales.products TO {read} WITH GRANT OPTION; GRANT SELECT (note) ON sales.orders TO {read}; CREATE POLICY mine ON sales.orders TO {read} USING (true)");

        await shop.Issuer.SetUpAsync(shop.OwnerConnection);
        await AssertSoundAsync(shop);

        PostgreSqlScope changed = new(
            "orders:read", new PostgreSqlGrant("sales", "orders", PostgreSqlPrivileges.Select) { Columns = ["id"], Rows = RowFilter.Where("tenant", LeaseValue.Tenant).And("person", LeaseValue.User) });
        PostgreSqlCredentialIssuer later = shop.MakeIssuer(changed);
        Assert.False((await later.VerifyAsync()).IsSound, "Other scopes were taken for those that were set up.");
        await later.SetUpAsync(shop.OwnerConnection);
        PostgreSqlReport report = await later.VerifyAsync();
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
    }

    [PostgreSqlFact]
    public async Task SettingUpTwice_ChangesNothing_AndManyAtOnceDoNotFail()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        string before = await shop.AskAsync("SELECT string_agg(oid::text || xmin, ',' ORDER BY oid) FROM pg_policy");

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () => await shop.Issuer.SetUpAsync(shop.OwnerConnection))));

        Assert.Equal(before, await shop.AskAsync("SELECT string_agg(oid::text || xmin, ',' ORDER BY oid) FROM pg_policy"));
        await AssertSoundAsync(shop);
    }

    [PostgreSqlFact]
    public async Task ManySettingUpAFreshDatabase_DoNotFail()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        PostgreSqlIssuerOptions fresh = new() { Name = "database", RolePrefix = $"{shop.Prefix}fresh_", Scopes = [Shop.Reading, Shop.Mine], Schema = "fresh", EnableRowSecurity = true };
        PostgreSqlCredentialIssuer[] issuers = [.. Enumerable.Range(0, 4).Select(_ => shop.MakeIssuer(fresh))];

        await Task.WhenAll(issuers.Select(i => Task.Run(async () => await i.SetUpAsync(shop.OwnerConnection))));

        PostgreSqlReport report = await issuers[0].VerifyAsync();
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
    }

    [PostgreSqlFact]
    public async Task RowSecurity_IsNotTurnedOnUnasked()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await shop.AsOwnerAsync("CREATE TABLE sales.plain (tenant text)");
        PostgreSqlScope plain = new("plain", new PostgreSqlGrant("sales", "plain", PostgreSqlPrivileges.Select) { Rows = RowFilter.Where("tenant", LeaseValue.Tenant) });
        PostgreSqlIssuerOptions careful = new() { Name = "database", RolePrefix = shop.Prefix, Scopes = [plain] };

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await shop.MakeIssuer(careful).SetUpAsync(shop.OwnerConnection));

        Assert.Contains("EnableRowSecurity", refused.Message, StringComparison.Ordinal);
        Assert.Equal("f", await shop.AskAsync("SELECT relrowsecurity::text::char FROM pg_class WHERE oid = 'sales.plain'::regclass"));
    }

    [PostgreSqlFact]
    public async Task Report_SaysWhatEverybodyMayDo_AndAcceptingItIsWrittenDown()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        PostgreSqlReport report = await shop.Issuer.VerifyAsync();
        Assert.Contains(report.Exposures, static e => e.Contains("temporary tables", StringComparison.Ordinal));
        Assert.Contains(report.Exposures, static e => e.Contains("connect to the database postgres", StringComparison.Ordinal));
        Assert.Contains(report.Exposures, static e => e.Contains("own password", StringComparison.Ordinal));

        await shop.AsOwnerAsync("GRANT SELECT ON sales.products TO PUBLIC; CREATE FUNCTION sales.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'");
        PostgreSqlIssuerOptions accepting = new()
        {
            Name = "database", RolePrefix = shop.Prefix, Scopes = [Shop.Reading, Shop.Writing, Shop.Mine], AcceptPublicPrivileges = true,
        };
        PostgreSqlReport accepted = await shop.MakeIssuer(accepting).VerifyAsync();
        Assert.True(accepted.IsSound, string.Join('\n', accepted.Faults));
        Assert.Contains(accepted.Exposures, static e => e.Contains("sales.products", StringComparison.Ordinal));
        Assert.Contains(accepted.Exposures, static e => e.Contains("sales.f()", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("pg_x_")]
    [InlineData("Ia_")]
    [InlineData("ia")]
    [InlineData("1a_")]
    [InlineData("ia\"; --_")]
    [InlineData("ia.*_")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaa_")]
    public void Prefix_ThatCouldBeMoreThanAName_IsRefused(string prefix) =>
        Assert.Throws<ArgumentException>(() => new PostgreSqlCredentialIssuer("Host=127.0.0.1", new PostgreSqlIssuerOptions { Name = "database", RolePrefix = prefix, Scopes = [Shop.Reading] }));

    [Fact]
    public void NamesOfRoles_AreCutNowhere_AndNoTwoScopesShareOne()
    {
        RoleNames names = new("aaaaaaaaaaaaaaaaaaaaaaa_");
        Assert.Equal(56, names.OfLease(new LeaseId($"lease_{Guid.NewGuid():N}")).Length);
        Assert.Equal(63, names.OfScope(new string('x', 256)).Length);
        Assert.NotEqual(names.OfScope("a:b"), names.OfScope("a.b"));
        Assert.Equal(56, names.OfLease(new LeaseId("anything \"; else")).Length);
        Assert.False(names.IsLease(names.OfScope("x")));
    }

    private static async Task AssertSoundAsync(Shop shop)
    {
        PostgreSqlReport report = await shop.Issuer.VerifyAsync();
        Assert.True(report.IsSound, string.Join('\n', report.Faults));
    }
}
