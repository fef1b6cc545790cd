namespace IntentAuthz.Cedar.Compilation;

/// <summary>Applies the rules of a set to a request.</summary>
internal sealed class RuleEvaluator(PolicySet policies, RuleIndex index)
{
    private readonly RuleBlock _always = index.Always;
    private readonly Role[] _roles = [.. index.Roles];
    private readonly bool _hasForbids = policies.PolicyArray.Any(policy => policy.Effect == PolicyEffect.Forbid);

    // Most requests meet one permit and no failure: the answer to that is the same each time.
    private readonly CedarResponse?[] _allowedBy = new CedarResponse?[policies.PolicyArray.Length];

    public RuleIndex Index => index;

    /// <summary>The decision alone: forbids first, and the first that applies decides; then permits, likewise.</summary>
    public CedarDecision Decide(ref RequestView view)
    {
        if (_hasForbids && IsForbidden(ref view))
        {
            return CedarDecision.Deny;
        }

        if (AnyApplies(_always.Permits, ref view))
        {
            return CedarDecision.Allow;
        }

        foreach (var role in _roles)
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

    private bool IsForbidden(ref RequestView view)
    {
        if (AnyApplies(_always.Forbids, ref view))
        {
            return true;
        }

        foreach (var role in _roles)
        {
            foreach (var block in view.Resolve(role).Blocks(role))
            {
                if (AnyApplies(block.Forbids, ref view))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The decision with all policies that determined it and all that failed, in the order of the set.</summary>
    public CedarResponse Authorize(ref RequestView view, IEntityProvider entities)
    {
        var found = default(Findings);
        Collect(_always, ref view, ref found);
        foreach (var role in _roles)
        {
            foreach (var block in view.Resolve(role).Blocks(role))
            {
                Collect(block, ref view, ref found);
            }
        }

        return found.OnlyPermit(policies) is { } permit
            ? _allowedBy[permit] ??= new CedarResponse(CedarDecision.Allow, [policies.PolicyArray[permit].Id], [])
            : found.Respond(policies, ref view, entities);
    }

    private static void Collect(RuleBlock block, ref RequestView view, ref Findings found)
    {
        foreach (ref readonly var rule in block.Forbids.AsSpan())
        {
            found.Add(rule.Policy, rule.Test(ref view));
        }

        foreach (ref readonly var rule in block.Permits.AsSpan())
        {
            found.Add(rule.Policy, rule.Test(ref view));
        }
    }

    // A rule that fails does not apply.
    private static bool AnyApplies(Rule[] rules, ref RequestView view)
    {
        foreach (ref readonly var rule in rules.AsSpan())
        {
            if (rule.Test(ref view) == Truth.True)
            {
                return true;
            }
        }

        return false;
    }
}
