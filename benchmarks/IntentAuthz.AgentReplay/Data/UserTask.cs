using System.Text.Json;

namespace IntentAuthz.AgentReplay.Data;

/// <summary>One task of a user: what was asked, and the calls that serve it.</summary>
/// <param name="Id">Its id in the benchmark.</param>
/// <param name="Prompt">The user's request, word for word.</param>
/// <param name="Calls">The calls, in order.</param>
/// <param name="FirstInjected">The first call whose result an attacker can write into, or null.</param>
internal sealed record UserTask(string Id, string Prompt, IReadOnlyList<RecordedCall> Calls, int? FirstInjected)
{
    internal static UserTask Read(JsonElement task) => new(
        task.GetProperty("id").GetString()!,
        task.GetProperty("prompt").GetString()!,
        RecordedCall.ReadAll(task),
        task.TryGetProperty("injection_seen", out JsonElement seen) && seen.GetArrayLength() > 0
            ? seen.EnumerateArray().Min(static s => s.GetProperty("call").GetInt32())
            : null);
}
