namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// Entities of a provider, looked up for one request at a time. It keeps its room from one request to the next; between them
/// it holds nothing. One thread at a time.
/// </summary>
internal sealed class ProvidedEntities : EntityResolver
{
    private readonly LiteralTable _literals;
    private readonly ResolvedEntity[] _resolved;
    private readonly List<EntityUid>[] _ancestors = [[], [], []];
    private readonly EntityUid?[] _asked = new EntityUid?[3]; // what is resolved, by the name that was asked for
    private readonly List<EntityUid> _others = [];
    private IEntityProvider _provider = EntityStore.Empty;

    public ProvidedEntities(LiteralTable literals)
    {
        _literals = literals;
        _resolved = [new(this), new(this), new(this)];
    }

    public void Begin(IEntityProvider provider) => _provider = provider;

    /// <summary>Lets go of the provider and of everything it gave.</summary>
    public void End()
    {
        _provider = EntityStore.Empty;
        _others.Clear();
        for (var i = 0; i < _resolved.Length; i++)
        {
            _resolved[i].Clear();
            _ancestors[i].Clear();
            _asked[i] = null;
        }
    }

    public override ResolvedEntity Resolve(Role role, EntityUid uid)
    {
        var resolved = _resolved[(int)role];
        if (_asked[(int)role] is not null)
        {
            return resolved;
        }

        _asked[(int)role] = uid;
        resolved.Entity = _provider.Find(uid);
        resolved.Value = null;
        if (_literals.FindType(uid.Type) is { } type)
        {
            resolved.TypeId = type.Id;
            resolved.AddBlocks(type);
        }

        if (_literals.Find(uid) is { } literal)
        {
            resolved.Id = literal.Id;
            resolved.AddBlocks(literal, isSelf: true);
        }

        var ancestors = _ancestors[(int)role];
        CollectAncestors(resolved.Entity, ancestors);
        foreach (var ancestor in ancestors)
        {
            if (_literals.Find(ancestor) is { IsContainer: true } container)
            {
                resolved.AddAncestor(container.Id);
                resolved.AddBlocks(container, isSelf: false);
            }
        }

        resolved.SortAncestors();
        return resolved;
    }

    public override Entity? Find(CedarEntity value) => _provider.Find(value.Uid);

    public override bool IsIn(CedarEntity value, CedarEntity container) => IsIn(value.Uid, container.Uid);

    public override bool IsIn(CedarEntity value, LiteralEntity container) => IsIn(value.Uid, container.Uid);

    private bool IsIn(EntityUid uid, EntityUid container)
    {
        if (uid == container)
        {
            return true;
        }

        if (_provider is EntityStore store)
        {
            return store.IsDescendantOf(uid, container);
        }

        for (var role = 0; role < _resolved.Length; role++)
        {
            // What a provider calls the entity that it returns counts nowhere.
            if (_asked[role] == uid)
            {
                return _ancestors[role].Contains(container);
            }
        }

        _others.Clear();
        CollectAncestors(_provider.Find(uid), _others);
        return _others.Contains(container);
    }

    private void CollectAncestors(Entity? entity, List<EntityUid> ancestors)
    {
        if (entity is null)
        {
            return;
        }

        if (_provider is EntityStore store)
        {
            foreach (var ancestor in store.AncestorsOf(entity.Uid))
            {
                ancestors.Add(ancestor);
            }
        }
        else
        {
            Ancestry.Collect(_provider, entity, ancestors);
        }
    }
}
