using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>The names that policies use, each with its number: entities, entity types and paths into the context.</summary>
internal sealed class LiteralTable(
    ImmutableArray<LiteralEntity> entities,
    ImmutableArray<LiteralType> types,
    ImmutableArray<ImmutableArray<string>> contextPaths,
    ImmutableArray<int[]> entitySets)
{
    private readonly NameTable<LiteralType> _typesByName = new([.. types.Select(type => KeyValuePair.Create(type.Name, type))]);

    // First by type, then by id: hashing both for every question costs more.
    private readonly NameTable<NameTable<LiteralEntity>> _byUid = new(
        [.. entities.GroupBy(literal => literal.Uid.Type, StringComparer.Ordinal).Select(group => KeyValuePair.Create(
            group.Key,
            new NameTable<LiteralEntity>([.. group.Select(literal => KeyValuePair.Create(literal.Uid.Id, literal))])))]);

    public ImmutableArray<LiteralEntity> Entities { get; } = entities;

    public ImmutableArray<LiteralType> Types { get; } = types;

    /// <summary>Paths below <c>context</c>, such as [input, amount], by number.</summary>
    public ImmutableArray<ImmutableArray<string>> ContextPaths { get; } = contextPaths;

    /// <summary>The entities of <c>action in […]</c> and of constant sets after <c>in</c>, by number of the set.</summary>
    public ImmutableArray<int[]> EntitySets { get; } = entitySets;

    public LiteralEntity? Find(EntityUid uid) => _byUid.Find(uid.Type)?.Find(uid.Id);

    public LiteralType? FindType(string name) => _typesByName.Find(name);
}
