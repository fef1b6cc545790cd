using IntentAuthz.Credentials.PostgreSql;

using Npgsql;

namespace JustInTimeDatabase;

/// <summary>The database of a shop with two tenants, and what the scope <c>shop:read</c> means in it.</summary>
internal static class ShopDatabase
{
    internal static PostgreSqlIssuerOptions IssuerOptions { get; } = new()
    {
        Name = "shop-database",
        RolePrefix = "ia_shop_",
        EnableRowSecurity = true,
        Scopes =
        [
            new PostgreSqlScope(
                "shop:read",
                new PostgreSqlGrant("shop", "orders", PostgreSqlPrivileges.Select) { Rows = RowFilter.Where("tenant", LeaseValue.Tenant) },
                new PostgreSqlGrant("shop", "products", PostgreSqlPrivileges.Select) { Columns = ["id", "name"] }),
        ],
    };

    internal static async Task FillAsync(NpgsqlDataSource database)
    {
        await using NpgsqlCommand fill = database.CreateCommand("""
            CREATE SCHEMA shop;
            CREATE TABLE shop.products (id int PRIMARY KEY, name text NOT NULL, purchase_price numeric NOT NULL);
            CREATE TABLE shop.orders (id int PRIMARY KEY, tenant text NOT NULL, product int NOT NULL, quantity int NOT NULL);
            CREATE TABLE shop.salaries (person text PRIMARY KEY, amount numeric NOT NULL);
            INSERT INTO shop.products VALUES (1, 'paper', 3), (2, 'ink', 11);
            INSERT INTO shop.orders VALUES (1, 'acme', 1, 500), (2, 'acme', 2, 4), (3, 'globex', 2, 9000);
            INSERT INTO shop.salaries VALUES ('ann', 5000)
            """);
        await fill.ExecuteNonQueryAsync();
    }
}
