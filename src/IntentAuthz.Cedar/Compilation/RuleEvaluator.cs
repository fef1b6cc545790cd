using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>Applies the rules of a set to a request.</summary>
internal sealed class RuleEvaluator(PolicySet policies, LiteralTable literals, RuleIndex index)
{
    /// <summary>The decision alone: forbids first, and the first that applies decides; then permits, likewise.</summary>
    public CedarDecision Decide(ref RequestView view)
    {
        if (AnyApplies(index.Always.Forbids, ref view))
        {
            return CedarDecision.Deny;
        }

        foreach (var role in index.Roles)
        {
            foreach (var block in view.Resolve(role).Blocks(role))
            {
                if (AnyApplies(block.Forbids, ref view))
                {
                    return CedarDecision.Deny;
                }
            }
        }

        if (AnyApplies(index.Always.Permits, ref view))
        {
            return CedarDecision.Allow;
        }

        foreach (var role in index.Roles)
        {
            foreach (var block in view.Resolve(role).Blocks(role))
            {
                if (AnyApplies(block.Permits, ref view))
                {
                    return CedarDecision.Allow;
                }
            }
        }

        return CedarDecision.Deny;
    }

    /// <summary>The decision with all policies that determined it and all that failed, in the order of the set.</summary>
    public CedarResponse Authorize(ref RequestView view, CedarRequest request, IEntityProvider entities)
    {
        var found = default(Findings);
        Collect(index.Always, ref view, ref found);
        foreach (var role in index.Roles)
        {
            foreach (var block in view.Resolve(role).Blocks(role))
            {
                Collect(block, ref view, ref found);
            }
        }

        return found.Respond(policies, request, entities);
    }

    private void Collect(RuleBlock block, ref RequestView view, ref Findings found)
    {
        foreach (ref readonly var rule in block.Forbids.AsSpan())
        {
            found.Add(rule.Policy, Apply(in rule, ref view));
        }

        foreach (ref readonly var rule in block.Permits.AsSpan())
        {
            found.Add(rule.Policy, Apply(in rule, ref view));
        }
    }

    // A rule that fails does not apply.
    private bool AnyApplies(Rule[] rules, ref RequestView view)
    {
        foreach (ref readonly var rule in rules.AsSpan())
        {
            if (Apply(in rule, ref view) == Truth.True)
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Truth Apply(ref readonly Rule rule, ref RequestView view) =>
        Admits(rule.Principal, Role.Principal, ref view)
            && Admits(rule.Action, Role.Action, ref view)
            && Admits(rule.Resource, Role.Resource, ref view)
            ? rule.Condition is { } condition ? condition.Test(ref view) : Truth.True
            : Truth.False;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Admits(ScopeCheck check, Role role, ref RequestView view) =>
        check.Kind == ScopeKind.Any || Admits(check, view.Resolve(role));

    private bool Admits(ScopeCheck check, ResolvedEntity entity)
    {
        switch (check.Kind)
        {
            case ScopeKind.Equal:
                return entity.Id == check.Target;
            case ScopeKind.In:
                return entity.IsIn(check.Target);
            case ScopeKind.Is:
                return entity.TypeId == check.TypeId;
            case ScopeKind.IsIn:
                return entity.TypeId == check.TypeId && entity.IsIn(check.Target);
            default:
                foreach (var container in literals.EntitySets[check.Target])
                {
                    if (entity.IsIn(container))
                    {
                        return true;
                    }
                }

                return false;
        }
    }
}
