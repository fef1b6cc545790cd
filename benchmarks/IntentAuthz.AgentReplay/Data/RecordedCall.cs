using System.Text.Json;

namespace IntentAuthz.AgentReplay.Data;

/// <summary>One tool call of a trace, with the result that the benchmark's environment returned.</summary>
/// <param name="Function">The tool's name.</param>
/// <param name="Arguments">The arguments, a JSON object.</param>
/// <param name="Result">What the tool returned.</param>
/// <param name="ResultWithSlots">The same with places that an attacker can write into; undefined where there are none.</param>
/// <param name="Error">What the tool failed with, or null.</param>
/// <param name="IsAttacker">Whether the call does what a poisoned source wants.</param>
internal sealed record RecordedCall(string Function, JsonElement Arguments, JsonElement Result, JsonElement ResultWithSlots, string? Error, bool IsAttacker)
{
    internal static RecordedCall Read(JsonElement call) => new(
        call.GetProperty("function").GetString()!,
        call.GetProperty("args"),
        call.TryGetProperty("result", out JsonElement result) ? result : default,
        call.TryGetProperty("result_with_injection_slots", out JsonElement slots) ? slots : default,
        call.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String ? error.GetString() : null,
        call.TryGetProperty("attacker", out JsonElement attacker) && attacker.ValueKind == JsonValueKind.True);

    internal static IReadOnlyList<RecordedCall> ReadAll(JsonElement task) =>
        task.TryGetProperty("calls", out JsonElement calls) ? [.. calls.EnumerateArray().Select(Read)] : [];
}
