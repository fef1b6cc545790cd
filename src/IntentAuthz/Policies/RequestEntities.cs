using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The few entities one request brings along, laid over the host's own store. Where the host knows the same entity, its attributes are seen
/// too: a descriptor that names a resource by its id alone must not hide from a forbid that the host marked it frozen. Where both say
/// something, the request's own word counts, so that a store cannot rename an agent's owner; an agent's SPIFFE ID comes from a verifier or not at all. Used by one thread at a time.
/// </summary>
internal sealed class RequestEntities(IEntityProvider host, Entity principal, Entity action, Entity resource) : IEntityProvider
{
    private Entity _principal = principal; // as merged with the host's, once it was asked for
    private Entity _action = action;
    private Entity _resource = resource;
    private bool _isPrincipalMerged;
    private bool _isActionMerged;
    private bool _isResourceMerged;

    public Entity? Find(EntityUid uid)
    {
        if (uid == _resource.Uid)
        {
            return Merged(ref _resource, ref _isResourceMerged);
        }

        if (uid == _principal.Uid)
        {
            return Merged(ref _principal, ref _isPrincipalMerged);
        }

        return uid == _action.Uid ? Merged(ref _action, ref _isActionMerged) : host.Find(uid);
    }

    private Entity Merged(ref Entity own, ref bool isMerged)
    {
        if (!Volatile.Read(ref isMerged))
        {
            own = Merge(own);
            Volatile.Write(ref isMerged, true); // after it: a store that throws is asked again
        }

        return own;
    }

    private Entity Merge(Entity own)
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
