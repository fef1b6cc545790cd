namespace IntentAuthz.Cedar.Compilation;

/// <summary>Where compiled policies learn of entities: a store that was bound in advance, or a provider that is asked per request.</summary>
internal abstract class EntityResolver
{
    /// <summary>The entity in numbers, for its place in a request.</summary>
    public abstract ResolvedEntity Resolve(Role role, EntityUid uid);

    /// <summary>The entity behind a value, or null where it does not exist.</summary>
    public abstract Entity? Find(CedarEntity value);

    /// <summary>Whether a value is another or below it.</summary>
    public abstract bool IsIn(CedarEntity value, CedarEntity container);

    /// <summary>Whether a value is an entity that policies name, or below it.</summary>
    public abstract bool IsIn(CedarEntity value, LiteralEntity container);
}
