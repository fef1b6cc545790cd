using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The entities of one recorded decision. It notes what is asked for and was not recorded, since of that nobody knows whether it existed. One request, one thread.</summary>
internal sealed class RecordedEntities(RecordedDecision decision) : IEntityProvider
{
    private const int ScanLimit = 16; // so few are compared faster than hashed

    private readonly ImmutableArray<Entity> _entities = decision.Entities;
    private readonly Dictionary<EntityUid, Entity>? _index = decision.Entities.Length <= ScanLimit ? null : Index(decision.Entities);

    /// <summary>The first that was asked for and not recorded.</summary>
    internal EntityUid? Missing { get; private set; }

    public Entity? Find(EntityUid uid)
    {
        if (_index is not null)
        {
            if (_index.TryGetValue(uid, out Entity? known))
            {
                return known;
            }
        }
        else
        {
            foreach (Entity entity in _entities)
            {
                if (entity.Uid == uid)
                {
                    return entity;
                }
            }
        }

        if (Missing is null && !decision.AbsentEntities.Contains(uid))
        {
            Missing = uid;
        }

        return null;
    }

    private static Dictionary<EntityUid, Entity> Index(ImmutableArray<Entity> entities)
    {
        Dictionary<EntityUid, Entity> index = new(entities.Length);
        foreach (Entity entity in entities)
        {
            index.TryAdd(entity.Uid, entity);
        }

        return index;
    }
}
