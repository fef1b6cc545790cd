using System.Text.Json;

namespace IntentAuthz.AgentReplay.Data;

/// <summary>A task whose sources hold a stranger's false facts, or a stranger's prose, and no instruction.</summary>
internal sealed record PoisonedCase(string Id, string Prompt, IReadOnlyList<RecordedCall> Calls, bool IsSameTarget)
{
    internal static PoisonedCase Read(JsonElement entry, bool sameTarget) => new(
        entry.GetProperty("id").GetString()!, entry.GetProperty("prompt").GetString()!, RecordedCall.ReadAll(entry), sameTarget);
}
