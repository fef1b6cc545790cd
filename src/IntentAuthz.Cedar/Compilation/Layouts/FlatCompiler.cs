using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>Rewrites rules for requests of one layout: rules for other types go, and comparisons of the request's values become data.</summary>
internal sealed class FlatCompiler(LiteralTable literals, RequestLayout layout, int[] targets)
{
    // Up to so many rules are kept together for one entity, though others in the same group have some of them too: one block is
    // found with fewer steps than several.
    private const int MergeLimit = 16;

    private readonly Dictionary<RuleBlock, FlatBlock> _blocks = [];

    /// <summary>The blocks that concern an entity: all in one where they are small, else each rewritten once for all that it concerns.</summary>
    public FlatBlock[] Compile(ReadOnlySpan<RuleBlock> blocks)
    {
        var count = 0;
        foreach (var block in blocks)
        {
            count += block.Forbids.Length + block.Permits.Length;
        }

        if (count == 0)
        {
            return [];
        }

        if (blocks.Length > 1 && count <= MergeLimit)
        {
            var all = blocks.ToArray();
            return [Rewrite(new([.. all.SelectMany(block => block.Forbids)], [.. all.SelectMany(block => block.Permits)]))];
        }

        var flat = new FlatBlock[blocks.Length];
        for (var i = 0; i < flat.Length; i++)
        {
            flat[i] = _blocks.TryGetValue(blocks[i], out var known) ? known : _blocks[blocks[i]] = Rewrite(blocks[i]);
        }

        return flat;
    }

    private FlatBlock Rewrite(RuleBlock block)
    {
        var tests = new List<SlotTest>();
        var (plainForbids, otherForbids) = Compile(block.Forbids, tests);
        var (plainPermits, otherPermits) = Compile(block.Permits, tests);
        return new([.. plainForbids, .. plainPermits], plainForbids.Length, [.. otherForbids, .. otherPermits], otherForbids.Length, [.. tests]);
    }

    private (PlainRule[] Plain, Rule[] Others) Compile(Rule[] rules, List<SlotTest> tests)
    {
        var plain = new List<PlainRule>(rules.Length);
        var others = new List<Rule>();
        foreach (var rule in rules)
        {
            if (Reduce(rule.Principal, Role.Principal) is not { } principal
                || Reduce(rule.Action, Role.Action) is not { } action
                || Reduce(rule.Resource, Role.Resource) is not { } resource)
            {
                continue;
            }

            var first = tests.Count;
            if (principal.Kind == ScopeKind.Any && action.Kind == ScopeKind.Any && resource.Kind == ScopeKind.Any && TryAddTests(rule.Condition, tests))
            {
                plain.Add(new(first, tests.Count - first));
            }
            else
            {
                others.Add(new(rule.Policy, rule.Condition, principal, action, resource));
            }
        }

        return ([.. plain], [.. others]);
    }

    // Null where no request of the layout can pass the check.
    private ScopeCheck? Reduce(ScopeCheck check, Role role)
    {
        if (check.Kind is not (ScopeKind.Is or ScopeKind.IsIn))
        {
            return check;
        }

        if (literals.FindType(layout.Type(role))?.Id != check.TypeId)
        {
            return null;
        }

        return check.Kind == ScopeKind.Is ? default(ScopeCheck) : new ScopeCheck(ScopeKind.In, 0, check.Target);
    }

    // All or nothing.
    private bool TryAddTests(Node? condition, List<SlotTest> tests)
    {
        if (condition is null)
        {
            return true;
        }

        var first = tests.Count;
        foreach (var operand in condition is AndNode and ? and.Operands : [condition])
        {
            if (SlotTest.Create(operand, targets) is not { } test)
            {
                tests.RemoveRange(first, tests.Count - first);
                return false;
            }

            tests.Add(test);
        }

        return true;
    }
}
