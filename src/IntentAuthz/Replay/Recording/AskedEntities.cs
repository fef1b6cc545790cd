using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Stands before the host's entities while a request is evaluated and notes which were asked for: a policy can name an entity that the request does not
/// lead to. What was answered once is answered again, so that what is kept is what was seen. One request, one thread.
/// </summary>
internal sealed class AskedEntities(IEntityProvider entities) : IEntityProvider
{
    private const int MaxNoted = RequestSlice.MaxEntities;

    private readonly List<(EntityUid Uid, Entity? Entity)> _asked = new(4);

    internal IReadOnlyList<(EntityUid Uid, Entity? Entity)> Asked => _asked;

    public Entity? Find(EntityUid uid)
    {
        foreach ((EntityUid known, Entity? answer) in _asked)
        {
            if (known == uid)
            {
                return answer;
            }
        }

        Entity? found = entities.Find(uid);
        if (_asked.Count < MaxNoted)
        {
            _asked.Add((uid, found));
        }

        return found;
    }
}
