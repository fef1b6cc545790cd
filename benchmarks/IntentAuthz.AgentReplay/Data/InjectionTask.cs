using System.Text.Json;

namespace IntentAuthz.AgentReplay.Data;

/// <summary>What an attacker wants, and the calls of an agent that obeys.</summary>
internal sealed record InjectionTask(string Id, string Goal, IReadOnlyList<RecordedCall> Calls)
{
    internal static InjectionTask Read(JsonElement task) =>
        new(task.GetProperty("id").GetString()!, task.TryGetProperty("goal", out JsonElement goal) ? goal.GetString()! : "", RecordedCall.ReadAll(task));
}
