using System.Collections.Frozen;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>The entities of one type in a binding, by id, and what stands for all ids that nobody has named.</summary>
internal sealed class BoundType(FrozenDictionary<string, ResolvedEntity> byId, ResolvedEntity unknown)
{
    public ResolvedEntity Find(string id) => byId.TryGetValue(id, out var entity) ? entity : unknown;

    public ResolvedEntity? FindKnown(string id) => byId.GetValueOrDefault(id);
}
