using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace IntentAuthz.Peers;

/// <summary>The peers that run in Node.js: they are given a world as a file, and write a line of JSON for each figure.</summary>
internal static class NodePeers
{
    internal static async Task<IReadOnlyList<Figure>> RunAsync(string script, PeerWorld world)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Export(world));
            using Process node = Process.Start(new ProcessStartInfo("node", [script, file]) { RedirectStandardOutput = true })!;
            string output = await node.StandardOutput.ReadToEndAsync();
            await node.WaitForExitAsync();
            return node.ExitCode == 0
                ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Read(line, world.Count))]
                : throw new InvalidOperationException($"{script} failed with {node.ExitCode}.");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static Figure Read(string line, int policies)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement figure = document.RootElement;
        return new Figure(figure.GetProperty("name").GetString()!, figure.GetProperty("remark").GetString()!, policies, figure.GetProperty("nanoseconds").GetDouble(), null);
    }

    private static string Export(PeerWorld world) => JsonSerializer.Serialize(new
    {
        policies = world.Text,
        rules = world.Rules.Select(static rule => new
        {
            effect = rule.IsForbid ? "forbid" : "permit",
            conditions = rule.Conditions.Select(static condition => new object[] { condition.Property, condition.Operator, condition.Value }),
        }),
        requests = world.Facts.Select((fact, i) => new
        {
            fact.Agent,
            fact.Group,
            fact.Action,
            fact.Resource,
            fact.Folder,
            fact.Region,
            fact.Category,
            fact.Score,
            fact.Remaining,
            Decimal = (fact.Remaining / 10_000m).ToString("0.0###", CultureInfo.InvariantCulture),
            Expected = world.Expected[i],
        }),
    });
}
