using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What is being approved, and what the approvers are shown of it.</summary>
/// <param name="Digest">The call's digest.</param>
/// <param name="Tool">The tool, or null for the opening of a task.</param>
/// <param name="Resources">The resources.</param>
/// <param name="Arguments">The arguments as the tool will receive them.</param>
/// <param name="Sources">Where each argument's value came from; a later call with a worse source is another one.</param>
/// <param name="Description">One sentence.</param>
internal sealed record ApprovalSubject(
    CallDigest Digest,
    ToolDescriptor? Tool,
    ImmutableArray<EntityUid> Resources,
    JsonElement? Arguments,
    ImmutableSortedDictionary<string, ValueSource> Sources,
    string Description)
{
    /// <summary>Whether every argument's value comes from as good a source now as when it was shown.</summary>
    internal bool Covers(ImmutableSortedDictionary<string, ValueSource> now) =>
        now.All(n => Sources.TryGetValue(n.Key, out ValueSource shown) && n.Value >= shown);
}
