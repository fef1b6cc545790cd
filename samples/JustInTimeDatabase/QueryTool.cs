using System.Globalization;

using IntentAuthz;
using IntentAuthz.Credentials.PostgreSql;

using Npgsql;

namespace JustInTimeDatabase;

/// <summary>
/// Runs whatever SQL the agent writes. What it can reach is decided by the database, for a role that the guard had made for this task.
/// </summary>
internal sealed class QueryTool(string server)
{
    /// <summary>The role of the last call, for the sample's own checks.</summary>
    internal (string Role, string Password)? Last { get; private set; }

    internal async ValueTask<ToolResult> RunAsync(ToolInvocation invocation, CancellationToken cancellationToken)
    {
        LeasedCredential credential = invocation.Credential
            ?? throw new InvalidOperationException("The policies permit queries without a credential; add @credential(\"shop:read\") to the permit.");
        Last = (credential.UserName!, credential.Secret.Reveal());
        await using NpgsqlDataSource database = credential.OpenPostgreSql(server);
        await using NpgsqlCommand command = database.CreateCommand(invocation.Arguments.GetProperty("sql").GetString()!);
        try
        {
            List<string> lines = [];
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                lines.Add(string.Join(" ", Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
            }

            return ToolResult.FromText(string.Join("; ", lines));
        }
        catch (PostgresException e)
        {
            return ToolResult.FromText($"refused by the database: {e.MessageText}");
        }
    }
}
