using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// A call's arguments, taken once: defaults filled in, nulls removed, names checked. <see cref="Json"/> is what the tool receives,
/// <see cref="Input"/> what policy sees; both come from the same bytes, which nobody else holds.
/// </summary>
internal readonly record struct ArgumentSnapshot(JsonElement Json, CedarRecord Input)
{
    /// <summary>What the host derived from the arguments; undefined where the descriptor derives nothing.</summary>
    internal JsonElement Facts { get; init; }
}
