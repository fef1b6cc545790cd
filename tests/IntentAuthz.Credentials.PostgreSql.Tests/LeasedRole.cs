using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>A role that was issued, and what an agent could do with its password.</summary>
internal sealed class LeasedRole(Shop shop, Lease lease, IssueResult result)
{
    internal Lease Lease { get; } = lease;

    internal string Name { get; } = result.UserName!;

    internal string Password { get; } = result.Secret!.Reveal();

    internal string ConnectionString => Connection(shop.Database);

    internal string Connection(string database) => $"{shop.Server.ConnectionString(Name, Password, database)};Pooling=false";

    internal async Task<NpgsqlConnection> ConnectAsync(string? database = null)
    {
        NpgsqlConnection connection = new(Connection(database ?? shop.Database));
        await connection.OpenAsync();
        return connection;
    }

    internal Task<string> AskAsync(string sql) => Shop.ScalarAsync(ConnectionString, sql);

    internal Task RunAsync(string sql) => Shop.RunAsync(ConnectionString, sql);

    internal ValueTask RevokeAsync() => shop.Issuer.RevokeAsync(Lease, CancellationToken.None);

    internal async Task<string> RefusedAsync(string sql)
    {
        PostgresException refused = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(sql));
        return refused.SqlState;
    }
}
