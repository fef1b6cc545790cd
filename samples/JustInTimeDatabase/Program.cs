// An agent reads two tables through a PostgreSQL role that is made when it first needs one, lives for 30 seconds at most, and is gone when the task
// ends. The sample starts a server of its own in a temporary directory. The exit code is 0 only if each claim held, and 2 where PostgreSQL is missing.

using System.Globalization;
using System.Text.Json;

using IntentAuthz;
using IntentAuthz.Credentials.PostgreSql;

using JustInTimeDatabase;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

if (TemporaryPostgreSql.WhyMissing is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

await using TemporaryPostgreSql server = await TemporaryPostgreSql.StartNewAsync();
await using NpgsqlDataSource admin = NpgsqlDataSource.Create(server.AdminConnectionString);
await ShopDatabase.FillAsync(admin);
await using PostgreSqlCredentialIssuer issuer = new(server.AdminConnectionString, ShopDatabase.IssuerOptions);
await issuer.SetUpAsync();

ServiceCollection services = new();
services.AddIntentAuthz(host => host
    .AddPolicies(PolicySource.Directory(Path.Combine(AppContext.BaseDirectory, "policies")))
    .AddTool(ToolDescriptor.For("database.query").Effect(ToolEffect.Read).Idempotent()
        .InputSchema("""{"properties":{"sql":{"type":"string"}},"required":["sql"]}""")
        .Argument("sql", ArgumentRole.Command))
    .AddCredentialProfile(new CredentialProfile("shop:read", issuer.Name, audience: "shop", scopes: ["shop:read"], lifetime: TimeSpan.FromSeconds(30)))
    .AddIssuer(issuer)
    .UseAuditSink(new InMemoryAuditSink()));
await using ServiceProvider provider = services.BuildServiceProvider();
Guard guard = provider.GetRequiredService<Guard>();

TenantId acme = new("acme");
AgentIdentity agent = AgentIdentity.HostAsserted(new AgentId("analyst"), acme, owner: "sales");
AgentTask task = (await guard.Tasks.OpenAsync(
    new TaskRequest(agent, "report on March", Mandate.WhateverPoliciesPermit("a sample"), TimeSpan.FromMinutes(5)),
    Principal.Service("host", acme))).GetTaskOrThrow();

QueryTool tool = new(server.Server("postgres"));
Claims claims = new();
claims.Check("before the first query there is no role", "0", await CountRolesAsync());

// The agent writes any SQL it likes.
await QueryAsync("its tenant's orders can be read", "SELECT id, quantity FROM shop.orders ORDER BY id", "1 500; 2 4");
await QueryAsync("and two columns of the products", "SELECT id, name FROM shop.products ORDER BY id", "1 paper; 2 ink");
await QueryAsync("not what they were bought for", "SELECT purchase_price FROM shop.products", "refused by the database: permission denied for table products");
await QueryAsync("nor another table", "SELECT * FROM shop.salaries", "refused by the database: permission denied for table salaries");
await QueryAsync("nor is anything changed", "DELETE FROM shop.orders", "refused by the database: permission denied for table orders");
await QueryAsync("no setting shows another tenant's rows", "SELECT count(*) FROM shop.orders WHERE set_config('app.tenant', 'globex', false) IS NOT NULL AND tenant = 'globex'", "0");

claims.Check("all of this used one role", "1", await CountRolesAsync());
(string role, string password) = tool.Last!.Value;
string seconds = await AskAsync($"SELECT CASE WHEN rolvaliduntil - now() BETWEEN interval '0' AND interval '30 s' THEN 'yes' ELSE 'no' END FROM pg_roles WHERE rolname = '{role}'");
claims.Check("which the server lets log in for no more than 30 s", "yes", seconds);

// A thief has the password, and a session that is in the middle of a query when the task ends.
string stolen = server.ConnectionString(role, password, "postgres") + ";Pooling=false";
await using NpgsqlConnection session = new(stolen);
await session.OpenAsync();
await using NpgsqlCommand sleep = new("SELECT pg_sleep(60)", session);
Task<object?> running = sleep.ExecuteScalarAsync();
TaskEnd end = await guard.Tasks.CompleteAsync(task);
ResidualWindow residual = end.Residuals.Single();
claims.Check("ending the task unmakes the role, and that is confirmed", "Immediate, confirmed", $"{residual.Speed}, {(residual.Confirmed ? "confirmed" : "not confirmed")}");
claims.Check("the role is gone", "0", await CountRolesAsync());
claims.Check("the thief's query was ended", "ended", await OutcomeAsync(running));
claims.Check("and the password is worth nothing", "28P01", await LogInAsync(stolen));

Console.WriteLine(claims.AllHeld ? "\nAll of it held." : "\nSome of it did not hold.");
return claims.AllHeld ? 0 : 1;

async Task QueryAsync(string claim, string sql, string expected)
{
    GuardResult result = await guard.InvokeAsync(task, new ToolCall("database.query", JsonSerializer.Serialize(new { sql })), tool.RunAsync);
    claims.Check($"{claim}: {sql}", expected, result.Result?.ToString() ?? $"{result.OutcomeCode}: {result.Decision.Explanation}");
}

async Task<string> AskAsync(string sql)
{
    await using NpgsqlCommand command = admin.CreateCommand(sql);
    return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
}

Task<string> CountRolesAsync() => AskAsync($"SELECT count(*) FROM pg_roles WHERE rolname ~ '^{ShopDatabase.IssuerOptions.RolePrefix}[0-9a-f]{{32}}$'");

static async Task<string> OutcomeAsync(Task<object?> query)
{
    try
    {
        await query;
        return "went on";
    }
    catch (NpgsqlException)
    {
        return "ended";
    }
}

static async Task<string> LogInAsync(string connectionString)
{
    try
    {
        await using NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync();
        return "logged in";
    }
    catch (PostgresException e)
    {
        return e.SqlState;
    }
}
