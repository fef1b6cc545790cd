using IntentAuthz.Testing;

using Npgsql;

namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>Roles keep the rules that every issuer keeps, against the real server.</summary>
[Collection(OneServer.Name)]
public sealed class ConformanceTests(ServerFixture server)
{
    [PostgreSqlFact]
    public async Task Roles_KeepTheRulesOfIssuers()
    {
        await using Shop shop = await Shop.OpenAsync(server);
        IssuerFixture fixture = new()
        {
            CreateIssuer = () => shop.MakeIssuer(),
            Profile = new CredentialProfile("orders", "database", "shop", ["orders:read", "orders:write"], TimeSpan.FromMinutes(5)),
            IsHonoured = (credential, cancellationToken) => TryAsync(shop, credential, "SELECT 1", cancellationToken),
            CanUse = (credential, scope, cancellationToken) => TryAsync(
                shop, credential, scope == "orders:read" ? "SELECT id FROM sales.orders" : "DELETE FROM sales.orders WHERE false", cancellationToken),
            UnknownScope = "salaries:read",
            ShortLife = TimeSpan.FromSeconds(15),
            EndsWithin = TimeSpan.FromSeconds(2),
        };

        await IssuerConformance.RunAsync(fixture);
    }

    private static async ValueTask<bool> TryAsync(Shop shop, LeasedCredential credential, string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = new(
                $"{shop.Server.ConnectionString(credential.UserName!, credential.Secret.Reveal(), shop.Database)};Pooling=false");
            await connection.OpenAsync(cancellationToken);
            await using NpgsqlCommand command = new(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }
}
