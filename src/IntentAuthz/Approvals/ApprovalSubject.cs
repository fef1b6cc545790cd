using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What is being approved, and what the approvers are shown of it.</summary>
/// <param name="Digest">The call's digest.</param>
/// <param name="Tool">The tool, or null for the opening of a task.</param>
/// <param name="Resources">The resources.</param>
/// <param name="Arguments">The arguments as the tool will receive them.</param>
/// <param name="Provenance">Where each argument's value came from; a later call about which worse is known is another one.</param>
/// <param name="Description">One sentence.</param>
internal sealed record ApprovalSubject(
    CallDigest Digest,
    ToolDescriptor? Tool,
    ImmutableArray<EntityUid> Resources,
    JsonElement? Arguments,
    ImmutableSortedDictionary<string, ArgumentProvenance> Provenance,
    string Description)
{
    /// <summary>Whether nothing worse is known of any argument's value now than when it was shown.</summary>
    internal bool Covers(IEnumerable<KeyValuePair<string, ArgumentProvenance>> now) =>
        now.All(n => Provenance.TryGetValue(n.Key, out ArgumentProvenance shown) && !n.Value.IsWorseThan(shown));
}
