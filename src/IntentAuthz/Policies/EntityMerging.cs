using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Lays an entity that a request brings along over what the host knows of it. Where the host knows the same entity, its attributes are seen
/// too: a descriptor that names a resource by its id alone must not hide from a forbid that the host marked it frozen. Where both say
/// something, the request's own word counts, so that a store cannot rename an agent's owner; an agent's SPIFFE ID comes from a verifier or not at all.
/// </summary>
internal static class EntityMerging
{
    /// <summary>The entity as policies see it; the same object where the host does not know it.</summary>
    internal static Entity Over(IEntityProvider host, Entity own)
    {
        if (host.Find(own.Uid) is not { } known)
        {
            return own;
        }

        string? onlyOwn = own.Uid.Type == EntityTypes.Agent ? AgentIdentity.SpiffeAttribute : null;
        return new Entity(own.Uid, Merge(own.Attributes, known.Attributes, onlyOwn), [.. own.Parents.Union(known.Parents)], Merge(own.Tags, known.Tags));
    }

    private static CedarRecord Merge(CedarRecord own, CedarRecord known, string? onlyOwn = null)
    {
        if (own.Count == 0)
        {
            return known;
        }

        CedarRecord.Builder record = new(own.Count + known.Count);
        foreach ((string name, CedarValue value) in own)
        {
            record.Add(name, value);
        }

        foreach ((string name, CedarValue value) in known)
        {
            if (!own.ContainsKey(name) && name != onlyOwn)
            {
                record.Add(name, value);
            }
        }

        return record.Build();
    }
}
