using System.Linq.Expressions;

using NRules;
using NRules.RuleModel;
using NRules.RuleModel.Builders;

namespace IntentAuthz.Peers;

/// <summary>NRules: a Rete network into which a request is put as a fact, and whose rules mark it.</summary>
internal static class NRulesPeer
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        ISession session = new RuleCompiler().Compile(world.Rules.Select(Build)).CreateSession();
        yield return new SynchronousPeer("NRules 1.0.4", "insert, fire, retract; fires every rule that matches; group and folder looked up before", i =>
        {
            PeerFact fact = world.Facts[i];
            fact.IsPermitted = fact.IsForbidden = false;
            session.Insert(fact);
            session.Fire();
            session.Retract(fact);
            return fact.IsPermitted && !fact.IsForbidden;
        });
    }

    private static IRuleDefinition Build(PeerRule rule, int number)
    {
        RuleBuilder builder = new();
        builder.Name($"rule-{number}");
        PatternBuilder pattern = builder.LeftHandSide().Pattern(typeof(PeerFact), "fact");
        // One condition each, so that the network can share them.
        foreach (PeerCondition condition in rule.Conditions)
        {
            ParameterExpression fact = Expression.Parameter(typeof(PeerFact), "fact");
            pattern.Condition(Expression.Lambda<Func<PeerFact, bool>>(condition.ToExpression(fact), fact));
        }

        Expression<Action<IContext, PeerFact>> mark = rule.IsForbid ? (_, fact) => Forbid(fact) : (_, fact) => Permit(fact);
        builder.RightHandSide().Action(mark);
        return builder.Build();
    }

    private static void Permit(PeerFact fact) => fact.IsPermitted = true;

    private static void Forbid(PeerFact fact) => fact.IsForbidden = true;
}
