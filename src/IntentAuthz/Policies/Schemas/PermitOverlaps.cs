using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Finds permits that can apply to the same call although one of them asks for an approval that the other does not, or both name different
/// credentials. All permits that apply count, so the broad one never lets through what the narrow one asks about; its author may think it does.
/// </summary>
internal static class PermitOverlaps
{
    private const int MaxPairs = 1_000_000; // looked at in one set; beyond that, no more warnings
    private const int MaxWarnings = 100;

    internal static IReadOnlyList<string> In(LoadedPolicies policies, PolicySchema schema)
    {
        Policy[] permits = [.. policies.Set.Policies.Where(static p => p.Effect == PolicyEffect.Permit)];
        if (!Array.Exists(permits, p => !policies.ObligationsOf(p.Id).IsNone))
        {
            return [];
        }

        List<string> warnings = [];
        HashSet<(string, string)> seen = [];
        Dictionary<string, PermitConditions> conditions = new(StringComparer.Ordinal);
        int pairs = 0;
        foreach ((EntityUid action, List<Policy> candidates) in ByAction(permits, schema.Schema))
        {
            foreach (Policy asking in candidates)
            {
                Obligations asked = policies.ObligationsOf(asking.Id);
                if (asked.Approvals.IsEmpty && asked.Credential is null)
                {
                    continue;
                }

                foreach (Policy other in candidates)
                {
                    if (++pairs > MaxPairs || warnings.Count >= MaxWarnings)
                    {
                        return warnings;
                    }

                    if (!ReferenceEquals(asking, other) && WhyOdd(asked, policies.ObligationsOf(other.Id)) is { } why
                        && MayMeet(asking.Principal, other.Principal) && MayMeet(asking.Resource, other.Resource)
                        && !ConditionsOf(asking).Contradicts(ConditionsOf(other))
                        && seen.Add(string.CompareOrdinal(asking.Id, other.Id) < 0 ? (asking.Id, other.Id) : (other.Id, asking.Id)))
                    {
                        warnings.Add($"{asking.Source}: warning: overlapping-permits: the permits '{asking.Id}' and '{other.Id}' can both apply to {action}; {why}.");
                    }
                }
            }
        }

        return warnings;

        PermitConditions ConditionsOf(Policy policy) =>
            conditions.TryGetValue(policy.Id, out PermitConditions? known) ? known : conditions[policy.Id] = PermitConditions.Of(policy);
    }

    private static string? WhyOdd(Obligations asked, Obligations other)
    {
        if (asked.Credential is { } a && other.Credential is { } b && !string.Equals(a, b, StringComparison.Ordinal))
        {
            return $"they ask for the different credentials '{a}' and '{b}', so such a call is denied";
        }

        return asked.Approvals.FirstOrDefault(mine => !other.Approvals.Any(o => o.Role == mine.Role && o.Count >= mine.Count)) is { Count: > 0 } missing
            ? $"then the approval by '{missing}' is asked for, whichever of them permits. If the other is to pass without, write its bound into both"
            : null;
    }

    /// <summary>The permits that can apply to each action.</summary>
    private static Dictionary<EntityUid, List<Policy>> ByAction(Policy[] permits, Schema schema)
    {
        Dictionary<EntityUid, List<EntityUid>> members = []; // an action or group -> the actions that are it or lie in it
        Dictionary<EntityUid, Entity> actions = schema.ActionEntities().ToDictionary(static a => a.Uid);
        foreach (EntityUid action in actions.Keys)
        {
            HashSet<EntityUid> above = [action];
            Queue<EntityUid> pending = new([action]);
            while (pending.TryDequeue(out EntityUid next))
            {
                if (!members.TryGetValue(next, out List<EntityUid>? list))
                {
                    members.Add(next, list = []);
                }

                list.Add(action);
                foreach (EntityUid group in actions[next].Parents)
                {
                    if (above.Add(group))
                    {
                        pending.Enqueue(group);
                    }
                }
            }
        }

        Dictionary<EntityUid, List<Policy>> byAction = actions.Keys
            .Where(a => schema.PrincipalTypesOf(a).Count > 0) // not the groups
            .ToDictionary(static a => a, static _ => new List<Policy>());
        foreach (Policy permit in permits)
        {
            IEnumerable<EntityUid> matched = permit.Action.Kind switch
            {
                ScopeKind.Any => byAction.Keys,
                ScopeKind.Equal => permit.Action.Entities,
                _ => permit.Action.Entities.SelectMany(e => members.GetValueOrDefault(e) ?? []).Distinct(),
            };
            foreach (EntityUid action in matched.Where(byAction.ContainsKey))
            {
                byAction[action].Add(permit);
            }
        }

        return byAction;
    }

    /// <summary>Whether one entity can be in both scopes, as far as can be told without knowing what lies in what.</summary>
    private static bool MayMeet(ScopeConstraint a, ScopeConstraint b) =>
        (a.Kind != ScopeKind.Equal || b.Kind != ScopeKind.Equal || a.Entities[0] == b.Entities[0])
        && (TypeOf(a) is not { } type || TypeOf(b) is not { } other || string.Equals(type, other, StringComparison.Ordinal));

    private static string? TypeOf(ScopeConstraint scope) => scope.EntityType ?? (scope.Kind == ScopeKind.Equal ? scope.Entities[0].Type : null);
}
