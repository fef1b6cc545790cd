using System.Collections.Immutable;
using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// Keeps each rule under the one of its scope constraints that fewest rules share, so that a request meets few rules in vain.
/// </summary>
internal sealed class RuleIndexBuilder(LiteralTableBuilder literals)
{
    // A block this short is not worth a look-up of its own in another role: the action is looked up for nearly every request anyway.
    private const int ShortBlock = 12;

    private readonly List<Candidate> _candidates = [];
    private readonly Dictionary<RuleIndexKey, int> _counts = [];

    private readonly record struct Candidate(Policy Policy, int Number, Node? Condition, ImmutableArray<ImmutableArray<RuleIndexKey>> Choices);

    public void Add(Policy policy, int number, Node? condition)
    {
        var choices = ImmutableArray.CreateBuilder<ImmutableArray<RuleIndexKey>>(3);
        foreach (var role in (ReadOnlySpan<Role>)[Role.Action, Role.Principal, Role.Resource])
        {
            var keys = Keys(role, Constraint(policy, role));
            if (!keys.IsEmpty)
            {
                choices.Add(keys);
            }
            else if (Constraint(policy, role).Kind == ScopeKind.InSet)
            {
                // `action in []` holds for no request.
                return;
            }
        }

        foreach (var key in choices.SelectMany(keys => keys))
        {
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }

        _candidates.Add(new(policy, number, condition, choices.ToImmutable()));
    }

    /// <summary>Hands the rules to the literals that they are kept under, and returns those that any request may concern.</summary>
    public RuleIndex Build()
    {
        var blocks = new Dictionary<RuleIndexKey, (List<Rule> Forbids, List<Rule> Permits)>();
        var (forbids, permits) = (new List<Rule>(), new List<Rule>());
        foreach (var candidate in _candidates)
        {
            var keys = candidate.Choices.IsEmpty ? [] : candidate.Choices.MinBy(Cost);
            var rule = Compile(candidate, keys);
            if (keys.IsEmpty)
            {
                (candidate.Policy.Effect == PolicyEffect.Forbid ? forbids : permits).Add(rule);
            }

            foreach (var key in keys)
            {
                if (!blocks.TryGetValue(key, out var lists))
                {
                    blocks.Add(key, lists = ([], []));
                }

                (candidate.Policy.Effect == PolicyEffect.Forbid ? lists.Forbids : lists.Permits).Add(rule);
            }
        }

        foreach (var (key, lists) in blocks)
        {
            literals.Keep(key, new([.. lists.Forbids], [.. lists.Permits]));
        }

        return new(new([.. forbids], [.. permits]), [.. Enum.GetValues<Role>().Where(role => blocks.Keys.Any(key => key.Role == role))]);
    }

    // Choices come in the order action, principal, resource, and the first of equals is taken. A rule under several keys is kept several times.
    private int Cost(ImmutableArray<RuleIndexKey> keys) => Math.Max(keys.Max(key => _counts[key]), ShortBlock) + keys.Length;

    private Rule Compile(Candidate candidate, ImmutableArray<RuleIndexKey> keys) => new(
        candidate.Number,
        candidate.Condition,
        Check(Role.Principal, candidate.Policy.Principal, keys),
        Check(Role.Action, candidate.Policy.Action, keys),
        Check(Role.Resource, candidate.Policy.Resource, keys));

    // What the key has established need not be checked again.
    private ScopeCheck Check(Role role, ScopeConstraint constraint, ImmutableArray<RuleIndexKey> keys)
    {
        var isKey = !keys.IsEmpty && keys[0].Role == role;
        return constraint.Kind switch
        {
            ScopeKind.Any => default,
            ScopeKind.IsIn when isKey => new(ScopeKind.Is, literals.Type(constraint.EntityType!).Id, 0),
            _ when isKey => default,
            ScopeKind.Is => new(ScopeKind.Is, literals.Type(constraint.EntityType!).Id, 0),
            ScopeKind.IsIn => new(ScopeKind.IsIn, literals.Type(constraint.EntityType!).Id, literals.Container(constraint.EntityArray[0])),
            ScopeKind.In => new(ScopeKind.In, 0, literals.Container(constraint.EntityArray[0])),
            ScopeKind.Equal => new(ScopeKind.Equal, 0, literals.Entity(constraint.EntityArray[0]).Id),
            ScopeKind.InSet => new(ScopeKind.InSet, 0, literals.ContainerSet(constraint.EntityArray)),
            _ => throw new InvalidOperationException($"Unknown scope kind {constraint.Kind}."),
        };
    }

    private ImmutableArray<RuleIndexKey> Keys(Role role, ScopeConstraint constraint) => constraint.Kind switch
    {
        ScopeKind.Any => [],
        ScopeKind.Is => [new(role, ScopeKind.Is, literals.Type(constraint.EntityType!).Id)],
        ScopeKind.Equal => [new(role, ScopeKind.Equal, literals.Entity(constraint.EntityArray[0]).Id)],
        _ => [.. constraint.EntityArray.Select(uid => new RuleIndexKey(role, ScopeKind.In, literals.Container(uid))).Distinct()],
    };

    private static ScopeConstraint Constraint(Policy policy, Role role) => role switch
    {
        Role.Principal => policy.Principal,
        Role.Action => policy.Action,
        _ => policy.Resource,
    };
}
