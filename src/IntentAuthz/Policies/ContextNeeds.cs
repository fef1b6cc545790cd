using System.Collections.Frozen;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Which members of the context the policies about an action read, so that what none of them looks at need not be found out: a call that only
/// reads is not searched for the sources of its arguments because some policy about payments asks for them. Immutable.
/// </summary>
internal sealed class ContextNeeds
{
    private const int MaxDepth = 32; // groups within groups; beyond that everything is built

    private readonly ContextParts _ofAny;
    private readonly FrozenDictionary<EntityUid, ContextParts> _byAction;

    internal ContextNeeds(PolicySet policies)
    {
        Dictionary<EntityUid, ContextParts> byAction = [];
        foreach (Policy policy in policies.Policies)
        {
            ContextParts reads = ContextParts.None;
            foreach ((ContextParts part, string name) in ContextNames.All)
            {
                reads |= policy.ReadsContext(name) ? part : ContextParts.None;
            }

            if (policy.Action.Kind is ScopeKind.Equal or ScopeKind.In or ScopeKind.InSet)
            {
                foreach (EntityUid action in policy.Action.Entities)
                {
                    byAction[action] = byAction.GetValueOrDefault(action) | reads;
                }
            }
            else
            {
                _ofAny |= reads;
            }
        }

        _byAction = byAction.ToFrozenDictionary();
        OfAll = byAction.Values.Aggregate(_ofAny, static (all, reads) => all | reads);
    }

    /// <summary>What is read about whatever action.</summary>
    internal ContextParts OfAll { get; }

    internal ContextParts For(EntityUid action, IEntityProvider entities) => _ofAny | (_byAction.Count == 0 ? ContextParts.None : Above(action, entities, 0));

    private ContextParts Above(EntityUid action, IEntityProvider entities, int depth)
    {
        if (depth > MaxDepth)
        {
            return ContextParts.All;
        }

        ContextParts reads = _byAction.GetValueOrDefault(action);
        if (entities.Find(action) is { } entity)
        {
            for (int i = 0; i < entity.Parents.Count; i++)
            {
                reads |= Above(entity.Parents[i], entities, depth + 1);
            }
        }

        return reads;
    }
}
