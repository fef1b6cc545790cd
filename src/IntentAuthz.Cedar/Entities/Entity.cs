using System.Collections.Immutable;

namespace IntentAuthz.Cedar;

/// <summary>An entity: its identity, its attributes, its tags and its direct parents. Immutable and safe to share.</summary>
public sealed class Entity
{
    private CedarEntity? _reference;

    /// <summary>Creates an entity.</summary>
    /// <param name="uid">The identity; not <c>default</c>.</param>
    /// <param name="attributes">The attributes, or null for none.</param>
    /// <param name="parents">The direct parents, or null for none; repetitions count once. Parents need not exist.</param>
    /// <param name="tags">The tags, or null for none.</param>
    /// <exception cref="ArgumentException">An identity is <c>default(EntityUid)</c>.</exception>
    public Entity(EntityUid uid, CedarRecord? attributes = null, IEnumerable<EntityUid>? parents = null, CedarRecord? tags = null)
    {
        if (uid.Type.Length == 0)
        {
            throw new ArgumentException("The entity uid has no type; default(EntityUid) names no entity.", nameof(uid));
        }

        Uid = uid;
        Attributes = attributes ?? CedarRecord.Empty;
        Tags = tags ?? CedarRecord.Empty;
        ParentArray = parents is null ? [] : [.. parents.Distinct()];
        Parents = ParentArray;
        foreach (var parent in ParentArray)
        {
            if (parent.Type.Length == 0)
            {
                throw new ArgumentException("A parent has no type; default(EntityUid) names no entity.", nameof(parents));
            }
        }
    }

    /// <summary>The identity.</summary>
    public EntityUid Uid { get; }

    /// <summary>The value that refers to it, made once: for whoever asks about one entity again and again.</summary>
    public CedarEntity Reference => _reference ??= new CedarEntity(Uid);

    /// <summary>The attributes, read by <c>entity.name</c>.</summary>
    public CedarRecord Attributes { get; }

    /// <summary>The tags, read by <c>entity.getTag("name")</c>.</summary>
    public CedarRecord Tags { get; }

    /// <summary>
    /// The direct parents. What an entity is <c>in</c> through its parents' parents is a matter of the whole store:
    /// <see cref="EntityStore.IsDescendantOf"/>.
    /// </summary>
    public IReadOnlyList<EntityUid> Parents { get; }

    internal ImmutableArray<EntityUid> ParentArray { get; }

    /// <summary>Whether another entity is a direct parent.</summary>
    /// <param name="uid">The other entity.</param>
    public bool HasParent(EntityUid uid) => ParentArray.Contains(uid);

    /// <summary>The identity as Cedar text.</summary>
    public override string ToString() => Uid.ToString();
}
