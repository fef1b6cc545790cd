using System.Text.Json;
using IntentAuthz.Cli.Output;

namespace IntentAuthz.Cli.Incidents;

/// <summary>Prints what is live.</summary>
internal static class LiveText
{
    public static void Print(VerbOutput output, JsonElement live)
    {
        foreach (var task in Items(live, "tasks"))
        {
            output.Line($"task      {Text(task, "task")}  {Text(task, "state")}, of {Text(task, "agent")}, owned by {Text(task, "owner")}, until {Text(task, "expiresAt")}: {Text(task, "purpose")}");
        }

        foreach (var call in Items(live, "calls"))
        {
            var contained = Text(call, "containment");
            output.Line(
                $"call      {Text(call, "call")}  {Text(call, "tool")} in {Text(call, "task")}{(call.TryGetProperty("running", out var running) && running.ValueKind == JsonValueKind.True ? ", running" : "")}{(contained.Length > 0 ? $", contained by {contained}" : "")}");
        }

        foreach (var lease in Items(live, "leases"))
        {
            output.Line($"lease     {Text(lease, "lease")}  {Text(lease, "state")}, {Text(lease, "profile")} at {Text(lease, "audience")}, honoured until {Text(lease, "honouredUntil")}");
        }

        foreach (var approval in Items(live, "approvals"))
        {
            output.Line($"approval  {Printable.Text(approval.GetString() ?? "")}");
        }

        if (Items(live, "tasks").Length + Items(live, "calls").Length + Items(live, "leases").Length + Items(live, "approvals").Length == 0)
        {
            output.Line("Nothing is live.");
        }
    }

    private static JsonElement[] Items(JsonElement live, string name) => live.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray()] : [];

    private static string Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? Printable.Text(value.GetString()!, 300) : "";
}
