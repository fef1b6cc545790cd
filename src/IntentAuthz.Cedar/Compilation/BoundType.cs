namespace IntentAuthz.Cedar.Compilation;

/// <summary>The entities of one type in a binding, by id, and what stands for all ids that nobody has named.</summary>
internal sealed class BoundType(NameTable<ResolvedEntity> byId, ResolvedEntity unknown)
{
    /// <summary>The number of the type, or <see cref="ResolvedEntity.Unknown"/>.</summary>
    public int Id { get; } = unknown.TypeId;

    /// <summary>What stands for all ids that nobody has named.</summary>
    public ResolvedEntity Unknown => unknown;

    public IEnumerable<KeyValuePair<string, ResolvedEntity>> Known => byId.Entries;

    public ResolvedEntity Find(string id) => byId.Find(id) ?? unknown;

    public ResolvedEntity? FindKnown(string id) => byId.Find(id);
}
