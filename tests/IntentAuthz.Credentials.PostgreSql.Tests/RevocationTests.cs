using System.Diagnostics;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>The end of a role: also when the agent resists, when another unmaking is under way, and when one was broken off.</summary>
[Collection(OneServer.Name)]
public sealed class RevocationTests(ServerFixture fixture)
{
    [PostgreSqlFact]
    public async Task Revoking_EndsTheQueryThatRuns_AndTheRole()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await using NpgsqlConnection connection = await role.ConnectAsync();
        await using NpgsqlCommand sleep = new("SELECT pg_sleep(60)", connection);
        Task<object?> running = sleep.ExecuteScalarAsync();
        while (await shop.AskAsync($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{role.Name}' AND query LIKE '%pg_sleep%' AND state = 'active'") != "1")
        {
            await Task.Delay(20);
        }

        await role.RevokeAsync();

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => running);
        await AssertGoneAsync(shop, role);
        await role.RevokeAsync(); // again: there is none, and that is well
    }

    [PostgreSqlTheory]
    [InlineData("BEGIN; ALTER ROLE CURRENT_USER PASSWORD 'mine'")]
    [InlineData("BEGIN; SELECT pg_advisory_lock(n) FROM generate_series(0, 1000) n; LOCK TABLE sales.products IN ACCESS SHARE MODE")]
    [InlineData("BEGIN; SELECT lo_create(0); ALTER ROLE CURRENT_USER SET work_mem = '8MB'")]
    [InlineData("SET client_min_messages = error; ALTER ROLE CURRENT_USER PASSWORD 'mine'")]
    public async Task WhatARoleLocksOrChanges_DoesNotKeepIt(string sql)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await using NpgsqlConnection connection = await role.ConnectAsync();
        await using NpgsqlCommand resist = new(sql, connection);
        await resist.ExecuteNonQueryAsync();

        await role.RevokeAsync();

        await AssertGoneAsync(shop, role);
    }

    [PostgreSqlFact]
    public async Task AnAgentThatKeepsComingBack_IsGoneInTheEnd()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        using CancellationTokenSource stop = new();
        Task[] fighters = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await using NpgsqlConnection connection = await role.ConnectAsync();
                    await using NpgsqlCommand hold = new($"BEGIN; ALTER ROLE {role.Name} PASSWORD '{role.Password}'; SELECT pg_sleep(10)", connection);
                    await hold.ExecuteNonQueryAsync();
                }
                catch (NpgsqlException)
                {
                    // thrown out: try again
                }
            }
        }))];
        await Task.Delay(300);

        await role.RevokeAsync();

        await AssertGoneAsync(shop, role);
        await stop.CancelAsync();
        await Task.WhenAll(fighters);
        await AssertGoneAsync(shop, role);
    }

    [PostgreSqlFact]
    public async Task OwnPassword_CanBeChanged_AndDiesWithTheRoleAllTheSame()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await role.RunAsync("ALTER ROLE CURRENT_USER PASSWORD 'known elsewhere'");
        string stolen = shop.Server.ConnectionString(role.Name, "known elsewhere", shop.Database);
        Assert.Equal("2", await Shop.ScalarAsync(stolen, "SELECT count(*) FROM sales.orders"));

        await role.RevokeAsync();

        await Assert.ThrowsAsync<PostgresException>(() => Shop.ScalarAsync(stolen, "SELECT 1"));
        await AssertGoneAsync(shop, role);
    }

    [PostgreSqlFact]
    public async Task WhatItOwns_InAnyDatabase_GoesWithIt()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        await shop.AsSuperuserAsync("postgres", $"CREATE DATABASE {shop.Database}_other");
        LeasedRole role = await shop.IssueAsync();
        await shop.AsSuperuserAsync($"CREATE SCHEMA own AUTHORIZATION {role.Name}");
        await role.RunAsync("CREATE TABLE own.hoard AS SELECT 1 AS id; CREATE FUNCTION own.f() RETURNS int LANGUAGE sql AS 'SELECT 1'; SELECT lo_from_bytea(0, 'hidden')");
        await role.RunAsync("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC");
        await Shop.RunAsync(role.Connection($"{shop.Database}_other"), "SELECT lo_from_bytea(0, 'hidden elsewhere')");

        await role.RevokeAsync();

        await AssertGoneAsync(shop, role);
        Assert.Equal("0", await shop.AskAsync("SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'own') + (SELECT count(*) FROM pg_largeobject_metadata) + (SELECT count(*) FROM pg_default_acl)"));
        Assert.Equal("3", await shop.AskAsync("SELECT count(*) FROM sales.orders"));
    }

    /// <summary>What the host has built on an agent's table is not dropped with it: unmaking fails and is repeated, and the role can do nothing meanwhile.</summary>
    [PostgreSqlFact]
    public async Task WhatOthersBuiltOnIt_IsNotDropped()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await shop.AsSuperuserAsync($"CREATE SCHEMA own AUTHORIZATION {role.Name}");
        await role.RunAsync("CREATE TABLE own.hoard AS SELECT 1 AS id");
        await shop.AsSuperuserAsync("CREATE VIEW public.built AS SELECT * FROM own.hoard");

        PostgresException held = await Assert.ThrowsAsync<PostgresException>(async () => await role.RevokeAsync());
        Assert.Equal(PostgresErrorCodes.DependentObjectsStillExist, held.SqlState);
        await Assert.ThrowsAsync<PostgresException>(() => role.ConnectAsync());

        await shop.AsSuperuserAsync("DROP VIEW public.built");
        await role.RevokeAsync();
        await AssertGoneAsync(shop, role);
    }

    /// <summary>What somebody else has granted to the role is theirs to take back; until then the role is there, and can do nothing.</summary>
    [PostgreSqlFact]
    public async Task WhatOthersGrantedToIt_IsNamed()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await shop.AsOwnerAsync($"GRANT SELECT ON sales.salaries TO {role.Name}");

        PostgresException held = await Assert.ThrowsAsync<PostgresException>(async () => await role.RevokeAsync());
        Assert.Contains("sales.salaries", held.Detail, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresException>(() => role.ConnectAsync());

        await shop.AsOwnerAsync($"REVOKE SELECT ON sales.salaries FROM {role.Name}");
        await role.RevokeAsync();
        await AssertGoneAsync(shop, role);
    }

    /// <summary>A process that died after any number of the steps, done here by hand.</summary>
    [PostgreSqlTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task BrokenOffAfterAnyStep_IsFinished(int steps)
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await shop.AsSuperuserAsync($"CREATE SCHEMA own AUTHORIZATION {role.Name}");
        string[] all =
        [
            $"UPDATE intentauthz.lease SET ended_at = now() WHERE role = '{role.Name}'",
            $"ALTER ROLE {role.Name} NOLOGIN CONNECTION LIMIT 0 PASSWORD NULL VALID UNTIL '-infinity'",
            $"GRANT {role.Name} TO {shop.AdminUser}",
            $"DROP OWNED BY {role.Name}",
            $"DROP ROLE {role.Name}",
            $"DELETE FROM intentauthz.lease WHERE role = '{role.Name}'",
        ];
        foreach (string step in all.Take(steps))
        {
            await shop.AsSuperuserAsync(step);
        }

        await role.RevokeAsync();

        await AssertGoneAsync(shop, role);
    }

    [PostgreSqlFact]
    public async Task MakingThatComesAfterUnmaking_MakesNothing()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        IssueRequest request = await shop.RequestAsync();
        await shop.Issuer.RevokeAsync(request.Lease, CancellationToken.None);

        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(async () => await shop.Issuer.IssueAsync(request, CancellationToken.None));

        Assert.Equal(PostgresErrorCodes.UniqueViolation, refused.SqlState);
        Assert.False(await shop.ExistsAsync(request.Lease.Handle!), "A role was made after it had been unmade.");
    }

    [PostgreSqlFact]
    public async Task MakingAndUnmakingAtOnce_LeavesNothing()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        for (int i = 0; i < 30; i++)
        {
            IssueRequest request = await shop.RequestAsync();
            Task<IssueResult> making = Task.Run(async () => await shop.Issuer.IssueAsync(request, CancellationToken.None));
            await Task.Delay(i % 15);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () => await shop.Issuer.RevokeAsync(request.Lease, CancellationToken.None))));
            try
            {
                await making;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // unmade before it was made
            }

            Assert.False(await shop.ExistsAsync(request.Lease.Handle!), $"Round {i}: a role was left.");
        }
    }

    [PostgreSqlFact]
    public async Task ManyLeasesAtOnce_AreMadeUsedAndUnmadeWithoutAnError()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        const int Leases = 200; // more at a time than there are connections, and not so many that a slow machine lets one wait until it gives up
        IssueRequest[] requests = await Task.WhenAll(Enumerable.Range(0, Leases).Select(_ => shop.RequestAsync()));
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 24 }, async (request, cancellationToken) =>
        {
            IssueResult made = await shop.Issuer.IssueAsync(request, cancellationToken);
            Assert.True(made.Succeeded, made.Error);
            await Task.WhenAll(
                Task.Run(async () => await shop.Issuer.RevokeAsync(request.Lease, cancellationToken), cancellationToken),
                Task.Run(async () => await shop.Issuer.RevokeAsync(request.Lease, cancellationToken), cancellationToken));
        });

        Assert.Equal("0", await shop.AskAsync($"SELECT count(*) FROM pg_roles WHERE rolname ~ '^{shop.Prefix}[0-9a-f]{{32}}$'"));
    }

    [PostgreSqlFact]
    public async Task List_FindsOwnLeasesAndNothingElse()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole first = await shop.IssueAsync();
        LeasedRole second = await shop.IssueAsync();
        LeasedRole ended = await shop.IssueAsync();
        await ended.RevokeAsync();
        string hex = Guid.NewGuid().ToString("N");
        string[] strangers = [$"{shop.Prefix}a_{hex}", $"{shop.Prefix}{hex}0", $"{shop.Prefix}{hex[1..]}", $"{shop.Prefix}person", $"x{shop.Prefix}{hex}", $"{shop.Prefix}{hex[..31]}G"];
        string orphan = $"{shop.Prefix}{hex}";
        await shop.AsSuperuserAsync(string.Join(';', strangers.Append(orphan).Select(static s => $"CREATE ROLE \"{s}\"")));

        List<FoundCredential> found = [];
        await foreach (FoundCredential credential in shop.Issuer.ListAsync(CancellationToken.None))
        {
            found.Add(credential);
        }

        FoundCredential[] expected = [new(first.Lease.Id, first.Name), new(second.Lease.Id, second.Name), new(new LeaseId($"lease_{hex}"), orphan)];
        Assert.Equal(expected.OrderBy(static c => c.Handle), found.OrderBy(static c => c.Handle));
        foreach (string stranger in strangers.Append("postgres").Append(shop.AdminUser).Append("\"; DROP ROLE postgres; --"))
        {
            await Assert.ThrowsAsync<ArgumentException>(async () => await shop.Issuer.RevokeAsync(first.Lease with { Handle = stranger }, CancellationToken.None));
        }
    }

    [PostgreSqlFact]
    public async Task WithTheOwnSchemaGone_RolesAreUnmadeAllTheSame()
    {
        await using Shop shop = await Shop.OpenAsync(fixture);
        LeasedRole role = await shop.IssueAsync();
        await shop.AsSuperuserAsync("DROP SCHEMA intentauthz CASCADE");

        await role.RevokeAsync();

        Assert.False(await shop.ExistsAsync(role.Name), "The role is still there.");
    }

    [PostgreSqlFact]
    public async Task ServerDown_Throws_AndAfterItsReturnTheRoleIsUnmade()
    {
        await using TemporaryPostgreSql server = await TemporaryPostgreSql.StartNewAsync();
        await Shop.RunAsync(server.AdminConnectionString, "CREATE TABLE t (id int)");
        await using Shop shop = await Shop.OpenAsync(fixture); // for requests only
        await using PostgreSqlCredentialIssuer issuer = new(server.AdminConnectionString, new PostgreSqlIssuerOptions
        {
            Name = "database",
            RolePrefix = "down_",
            Scopes = [new PostgreSqlScope("orders:read", new PostgreSqlGrant("public", "t", PostgreSqlPrivileges.Select))],
        });
        await issuer.SetUpAsync();
        IssueRequest request = await shop.RequestAsync();
        Lease lease = request.Lease with { Handle = null };
        Assert.True((await issuer.IssueAsync(request, CancellationToken.None)).Succeeded);

        await server.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await issuer.RevokeAsync(lease, CancellationToken.None));
        await server.StartAsync();
        Assert.Equal("1", await Shop.ScalarAsync(server.AdminConnectionString, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^down_[0-9a-f]{32}$'"));

        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await issuer.RevokeAsync(lease, CancellationToken.None);
                break;
            }
            catch (NpgsqlException) when (attempt < 20)
            {
                // connections of before in the pool
            }
        }

        Assert.Equal("0", await Shop.ScalarAsync(server.AdminConnectionString, "SELECT count(*) FROM pg_roles WHERE rolname ~ '^down_[0-9a-f]{32}$'"));
    }

    private static async Task AssertGoneAsync(Shop shop, LeasedRole role)
    {
        Assert.False(await shop.ExistsAsync(role.Name), $"The role {role.Name} is still there.");
        long began = Stopwatch.GetTimestamp();
        while (await shop.AskAsync("SELECT count(*) FROM pg_stat_activity a WHERE usesysid IS NOT NULL AND NOT EXISTS (SELECT FROM pg_roles r WHERE r.oid = a.usesysid)") is not "0" and var left)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5), $"{left} sessions of roles that are gone are still there.");
        }

        Assert.Equal("0", await shop.AskAsync($"SELECT count(*) FROM intentauthz.lease WHERE role = '{role.Name}' AND ended_at IS NULL"));
        await Assert.ThrowsAsync<PostgresException>(() => role.ConnectAsync());
    }
}
