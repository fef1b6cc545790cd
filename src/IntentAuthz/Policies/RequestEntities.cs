using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>The few entities one request brings along, laid over the host's own store.</summary>
internal sealed class RequestEntities(IEntityProvider host, Entity principal, Entity action, Entity resource) : IEntityProvider
{
    public Entity? Find(EntityUid uid)
    {
        if (uid == resource.Uid)
        {
            return resource;
        }

        if (uid == principal.Uid)
        {
            return principal;
        }

        return uid == action.Uid ? action : host.Find(uid);
    }

    public bool IsDescendantOf(EntityUid descendant, EntityUid ancestor)
    {
        Entity? own = descendant == resource.Uid ? resource
            : descendant == principal.Uid ? principal
            : descendant == action.Uid ? action
            : null;
        if (own is not null)
        {
            foreach (EntityUid parent in own.Parents)
            {
                if (parent == ancestor || host.IsDescendantOf(parent, ancestor))
                {
                    return true;
                }
            }
        }

        // The host may know more of the same entity, such as the folder an account lies in.
        return host.IsDescendantOf(descendant, ancestor);
    }
}
