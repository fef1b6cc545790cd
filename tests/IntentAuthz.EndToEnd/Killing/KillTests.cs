using System.Diagnostics;

using IntentAuthz.Credentials.PostgreSql;
using IntentAuthz.Sqlite;

using Microsoft.Data.Sqlite;

using Npgsql;

namespace IntentAuthz.EndToEnd.Killing;

/// <summary>
/// A host that makes PostgreSQL roles is killed at random moments and started again. Whatever it was in the middle of, the next one leaves no role
/// without a lease and no lease without an end. Ten kills each by default; a hundred in the long run.
/// </summary>
public sealed class KillTests : IAsyncLifetime, IDisposable
{
    private static readonly bool s_long = Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly TemporaryDirectory _directory = new();
    private TemporaryPostgreSql _server = null!;
    private NpgsqlDataSource _admin = null!;

    private string StateFile => Path.Combine(_directory.Path, "state.db");

    private static int Kills => s_long ? 100 : 10;

    public async Task InitializeAsync()
    {
        if (TemporaryPostgreSql.WhyMissing is not null)
        {
            return;
        }

        _server = await TemporaryPostgreSql.StartNewAsync("fsync = off");
        _admin = NpgsqlDataSource.Create(_server.AdminConnectionString + ";Timeout=2;Pooling=false");
        await using NpgsqlCommand table = _admin.CreateCommand("CREATE TABLE public.orders (id int)");
        await table.ExecuteNonQueryAsync();
        await using PostgreSqlCredentialIssuer issuer = new(_server.AdminConnectionString, KilledHost.Options);
        await issuer.SetUpAsync();
    }

    public void Dispose() => _directory.Dispose();

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _admin.DisposeAsync();
            await _server.DisposeAsync();
        }
    }

    [PostgreSqlFact]
    public async Task Killed_AtAnyMoment_TheNextLeavesNothingBehind()
    {
        Random random = new(20261126);
        int most = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            await using KilledProcess host = await KilledProcess.StartAsync(StateFile, _server.AdminConnectionString, workers: 4);
            await Task.Delay(random.Next(20, 1_500));
            await host.KillAsync();
            most = Math.Max(most, await CountRolesAsync());
            await EveryRoleHasARecordAsync();
            AssertNoError(host);
        }

        Assert.True(most > 3, $"The kills have to hit hosts at work; at most {most} roles were left by one.");
        await CleansUpAsync(allowed: []);
    }

    [PostgreSqlFact]
    public async Task DatabaseStopped_UnderneathKilledHosts_NothingIsLeftOnceItIsBack()
    {
        Random random = new(20261127);
        for (int kill = 0; kill < Kills; kill++)
        {
            await using KilledProcess host = await KilledProcess.StartAsync(StateFile, _server.AdminConnectionString, workers: 4);
            await Task.Delay(random.Next(20, 800));
            await _server.StopAsync();
            await Task.Delay(random.Next(20, 800));
            await host.KillAsync();
            await _server.StartAsync();
        }

        // And once more underneath the host that cleans up: it goes on when the database is back.
        await _server.StopAsync();
        await using KilledProcess last = await KilledProcess.StartAsync(StateFile, _server.AdminConnectionString, workers: 0);
        await Task.Delay(2_000);
        await _server.StartAsync();
        await NothingIsLeftAsync(last);
    }

    [PostgreSqlFact]
    public async Task StateFileFull_NoCredentialIsMadeWithoutARecord_AndAllGoesWhenThereIsRoom()
    {
        Random random = new(20261128);
        int pages = await FillAsync();
        int timesFull = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            await using KilledProcess host = await KilledProcess.StartAsync(StateFile, _server.AdminConnectionString, workers: 8, maxPages: pages);
            await Task.Delay(random.Next(200, 1_500));
            await host.KillAsync();
            timesFull += host.Log.Any(static line => line.Split(' ')[0] is "304" or "410") ? 1 : 0; // a lease's record, or its task's before it
            await EveryRoleHasARecordAsync();
        }

        Assert.True(timesFull > Kills / 2, $"The file was to be full while the hosts worked; it was so for {timesFull} of {Kills}.");
        await CleansUpAsync(allowed: []);
    }

    /// <summary>Has the file hold so many stops that hardly a lease finds room; answers the pages it then has, which are its limit.</summary>
    private async Task<int> FillAsync()
    {
        await using (SqliteState state = SqliteState.Open(new SqliteStateOptions { Path = StateFile }, null, null))
        {
            for (int i = 0; i < 100; i++)
            {
                RevocationTarget target = RevocationTarget.Tool(new TenantId("another"), $"ballast-{i}");
                await state.Revocations.AddAsync(
                    new RevocationEntry { Target = target, Reason = new string('x', 3_000), Cause = RevocationCause.OperatorKey, At = DateTimeOffset.UtcNow }, CancellationToken.None);
            }
        }

        await using SqliteConnection connection = new($"Data Source={StateFile};Pooling=False");
        await connection.OpenAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        return Convert.ToInt32(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task CleansUpAsync(string[] allowed)
    {
        await using KilledProcess last = await KilledProcess.StartAsync(StateFile, _server.AdminConnectionString, workers: 0);
        await NothingIsLeftAsync(last);
        AssertNoError(last, allowed);
    }

    private async Task NothingIsLeftAsync(KilledProcess host)
    {
        long began = Stopwatch.GetTimestamp();
        int roles;
        List<string> records;
        do
        {
            await Task.Delay(50);

            // Of the records too: the killed one may have come no further than to write them, and a host that is stopped sooner takes none over.
            (roles, records) = (await CountRolesAsync(), await ReadRecordsAsync());
        }
        while ((roles > 0 || records.Count > 0) && Stopwatch.GetElapsedTime(began) < s_patience);

        Assert.True(
            roles == 0 && records.Count == 0,
            $"{roles} roles and the records {string.Join(", ", records)} were left {s_patience.TotalSeconds} s after the start.\n{string.Join('\n', host.Log.TakeLast(20))}");
        await host.StopAsync();
    }

    /// <summary>301: could not be unmade; 303: irrevocable; 304: a record could not be written; 307: a credential without a record.</summary>
    private static void AssertNoError(KilledProcess host, params string[] allowed) =>
        Assert.DoesNotContain(host.Log, line => line.Split(' ')[0] is var id && id is "301" or "303" or "304" or "307" && !allowed.Contains(id));

    private async Task<int> CountRolesAsync()
    {
        await using NpgsqlCommand command = _admin.CreateCommand($"SELECT count(*)::int FROM pg_roles WHERE rolname ~ '^{KilledHost.RolePrefix}[0-9a-f]{{32}}$'");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What the dead host's roles are for is written down: nothing lives that nobody knows of.</summary>
    private async Task EveryRoleHasARecordAsync()
    {
        HashSet<string> recorded = [.. await ReadRecordsAsync()];
        await using NpgsqlCommand command = _admin.CreateCommand($"SELECT rolname FROM pg_roles WHERE rolname ~ '^{KilledHost.RolePrefix}[0-9a-f]{{32}}$'");
        await using NpgsqlDataReader roles = await command.ExecuteReaderAsync();
        while (await roles.ReadAsync())
        {
            string lease = $"lease_{roles.GetString(0)[KilledHost.RolePrefix.Length..]}";
            Assert.True(recorded.Contains(lease), $"The role of {lease} has no record.");
        }
    }

    private async Task<List<string>> ReadRecordsAsync()
    {
        await using SqliteConnection connection = new($"Data Source={StateFile};Pooling=False");
        await connection.OpenAsync();
        await using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM lease";
        List<string> ids = [];
        await using SqliteDataReader rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            ids.Add(rows.GetString(0));
        }

        return ids;
    }
}
