namespace IntentAuthz.Cedar.Compilation;

/// <summary>A store whose entities, and all that policies name, have numbers. Immutable.</summary>
internal sealed class BoundEntities : EntityResolver
{
    private const string ActionType = "Action";

    private readonly NameTable<BoundType> _types;

    // For all entities of types that neither store nor policies name.
    private readonly BoundType _unknown;

    // The type of nearly every action: a comparison instead of a search.
    private readonly BoundType _actions;

    public BoundEntities(LiteralTable literals, EntityStore store)
    {
        _unknown = new(new([]), new(this));
        _types = new EntityBinder(this, literals, store).Bind();
        _actions = FindType(ActionType);
    }

    public BoundType FindType(string type) => _types.Find(type) ?? _unknown;

    public override ResolvedEntity Resolve(Role role, EntityUid uid) => (role == Role.Action && uid.Type == ActionType ? _actions : FindType(uid.Type)).Find(uid.Id);

    public override Entity? Find(CedarEntity value) => Known(value)?.Entity;

    public override bool IsIn(CedarEntity value, CedarEntity container)
    {
        var (below, above) = (Known(value), Known(container));
        return below is null ? value.Uid == container.Uid : above is not null && below.IsIn(above.Id);
    }

    public override bool IsIn(CedarEntity value, LiteralEntity container) => Known(value) is { } known && known.IsIn(container.Id);

    // Values that came out of the store carry their numbers.
    private ResolvedEntity? Known(CedarEntity value) =>
        value.Resolved is { } resolved && ReferenceEquals(resolved.Owner, this) ? resolved : FindType(value.Uid.Type).FindKnown(value.Uid.Id);
}
