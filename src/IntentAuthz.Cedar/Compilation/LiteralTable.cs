using System.Collections.Frozen;
using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>The names that policies use, each with its number: entities, entity types and paths into the context.</summary>
internal sealed class LiteralTable(
    ImmutableArray<LiteralEntity> entities,
    FrozenDictionary<string, LiteralType> types,
    ImmutableArray<ImmutableArray<string>> contextPaths,
    ImmutableArray<int[]> entitySets)
{
    private readonly FrozenDictionary<EntityUid, LiteralEntity> _byUid = entities.ToFrozenDictionary(literal => literal.Uid);

    public ImmutableArray<LiteralEntity> Entities { get; } = entities;

    public FrozenDictionary<string, LiteralType> Types { get; } = types;

    /// <summary>Paths below <c>context</c>, such as [input, amount], by number.</summary>
    public ImmutableArray<ImmutableArray<string>> ContextPaths { get; } = contextPaths;

    /// <summary>The entities of <c>action in […]</c> and of constant sets after <c>in</c>, by number of the set.</summary>
    public ImmutableArray<int[]> EntitySets { get; } = entitySets;

    public LiteralEntity? Find(EntityUid uid) => _byUid.GetValueOrDefault(uid);
}
