namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// Gives numbers to the entities of a store. Those that policies name keep the numbers they have there. Attributes are rebuilt
/// so that the entities among their values carry their numbers.
/// </summary>
internal sealed class EntityBinder(BoundEntities owner, LiteralTable literals, EntityStore store)
{
    private readonly Dictionary<EntityUid, ResolvedEntity> _byUid = [];

    public NameTable<BoundType> Bind()
    {
        foreach (var literal in literals.Entities)
        {
            Number(literal.Uid);
        }

        foreach (var entity in store.Entities)
        {
            Number(entity.Uid);
        }

        foreach (var entity in store.Entities)
        {
            Bind(Number(entity.Uid), entity);
        }

        // Entities met on the way, among ancestors and attribute values, exist nowhere; all they have is their place in the index.
        foreach (var (uid, resolved) in _byUid)
        {
            AddBlocks(resolved, uid);
        }

        return Group();
    }

    private ResolvedEntity Number(EntityUid uid)
    {
        if (!_byUid.TryGetValue(uid, out var resolved))
        {
            _byUid.Add(uid, resolved = new(owner) { Id = _byUid.Count });
            resolved.Value = new(uid, resolved);
        }

        return resolved;
    }

    private void Bind(ResolvedEntity resolved, Entity entity)
    {
        resolved.Entity = Rebuild(entity);
        foreach (var ancestor in store.AncestorsOf(entity.Uid))
        {
            resolved.AddAncestor(Number(ancestor).Id);
        }

        resolved.SortAncestors();
    }

    private void AddBlocks(ResolvedEntity resolved, EntityUid uid)
    {
        if (literals.FindType(uid.Type) is { } type)
        {
            resolved.TypeId = type.Id;
            resolved.AddBlocks(type);
        }

        if (resolved.Id < literals.Entities.Length)
        {
            resolved.AddBlocks(literals.Entities[resolved.Id], isSelf: true);
        }

        foreach (var ancestor in store.AncestorsOf(uid))
        {
            if (literals.Find(ancestor) is { IsContainer: true } container)
            {
                resolved.AddBlocks(container, isSelf: false);
            }
        }
    }

    private NameTable<BoundType> Group()
    {
        var byType = new Dictionary<string, Dictionary<string, ResolvedEntity>>(StringComparer.Ordinal);
        foreach (var type in literals.Types)
        {
            byType.Add(type.Name, new(StringComparer.Ordinal));
        }

        foreach (var (uid, resolved) in _byUid)
        {
            if (!byType.TryGetValue(uid.Type, out var ids))
            {
                byType.Add(uid.Type, ids = new(StringComparer.Ordinal));
            }

            ids.Add(uid.Id, resolved);
        }

        return new([.. byType.Select(pair => KeyValuePair.Create(pair.Key, new BoundType(new(pair.Value), Unknown(pair.Key))))]);
    }

    private ResolvedEntity Unknown(string type)
    {
        var resolved = new ResolvedEntity(owner);
        if (literals.FindType(type) is { } literal)
        {
            resolved.TypeId = literal.Id;
            resolved.AddBlocks(literal);
        }

        return resolved;
    }

    private Entity Rebuild(Entity entity)
    {
        var (attributes, tags) = ((CedarRecord)Rebuild(entity.Attributes), (CedarRecord)Rebuild(entity.Tags));
        return ReferenceEquals(attributes, entity.Attributes) && ReferenceEquals(tags, entity.Tags) ? entity
            : new(entity.Uid, attributes, entity.ParentArray, tags);
    }

    // The very same object where there is no entity inside.
    private CedarValue Rebuild(CedarValue value)
    {
        switch (value)
        {
            case CedarEntity reference:
                return Number(reference.Uid).Value!;
            case CedarSet set when Rebuild(set.Items) is { } items:
                return CedarSet.TryCreate(items)!;
            case CedarRecord record when Rebuild(record.Items) is { } items:
                return CedarRecord.TryCreate(record.Names.ToArray(), items, out _)!;
            default:
                return value;
        }
    }

    private CedarValue[]? Rebuild(ReadOnlySpan<CedarValue> values)
    {
        CedarValue[]? rebuilt = null;
        for (var i = 0; i < values.Length; i++)
        {
            var value = Rebuild(values[i]);
            if (!ReferenceEquals(value, values[i]))
            {
                rebuilt ??= values.ToArray();
                rebuilt[i] = value;
            }
        }

        return rebuilt;
    }
}
