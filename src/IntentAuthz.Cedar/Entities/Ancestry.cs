namespace IntentAuthz.Cedar;

/// <summary>What an entity is below, over any number of parents, where only an <see cref="IEntityProvider"/> can tell.</summary>
internal static class Ancestry
{
    /// <summary>Whether an entity is below another. Not reflexive: that every entity is <c>in</c> itself is the evaluation's to know.</summary>
    public static bool IsBelow(IEntityProvider entities, EntityUid descendant, EntityUid ancestor)
    {
        if (entities is EntityStore store)
        {
            return store.IsDescendantOf(descendant, ancestor);
        }

        var ancestors = new List<EntityUid>();
        if (entities.Find(descendant) is { } entity)
        {
            Collect(entities, entity, ancestors);
        }

        return ancestors.Contains(ancestor);
    }

    // So few are compared faster than hashed, and hashing takes an object.
    private const int ScanLimit = 32;

    /// <summary>Adds everything that an entity is below to an empty list, each once.</summary>
    public static void Collect(IEntityProvider entities, Entity entity, List<EntityUid> ancestors)
    {
        // The list is the queue too: what stands at or behind `next` has not been asked for its parents yet.
        var current = (Entity?)entity;
        HashSet<EntityUid>? seen = null;
        for (var next = 0; ; next++)
        {
            foreach (var parent in current?.ParentArray ?? [])
            {
                if (ancestors.Count == ScanLimit)
                {
                    seen ??= [.. ancestors];
                }

                if (seen?.Add(parent) ?? !ancestors.Contains(parent))
                {
                    ancestors.Add(parent);
                }
            }

            if (next >= ancestors.Count)
            {
                return;
            }

            current = entities.Find(ancestors[next]);
        }
    }
}
