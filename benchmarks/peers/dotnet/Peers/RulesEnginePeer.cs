using RulesEngine.Models;

namespace IntentAuthz.Peers;

/// <summary>Microsoft's RulesEngine: all policies as the rules of one workflow, each an expression in text.</summary>
internal static class RulesEnginePeer
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        Rule[] rules = [.. world.Rules.Select(static (rule, i) => new Rule { RuleName = $"{(rule.IsForbid ? "forbid" : "permit")}-{i}", Expression = rule.ToText("fact") })];
        RulesEngine.RulesEngine engine = new([new Workflow { WorkflowName = "tools", Rules = rules }]);
        RuleParameter[][] parameters = [.. world.Facts.Select(static fact => new[] { new RuleParameter("fact", fact) })];
        yield return new AsynchronousPeer("RulesEngine 6.0.1", "evaluates every rule, with a result tree; group and folder looked up before", async i =>
        {
            List<RuleResultTree> results = await engine.ExecuteAllRulesAsync("tools", parameters[i]);
            bool isPermitted = false;
            foreach (RuleResultTree result in results)
            {
                if (result.IsSuccess && result.Rule.RuleName.StartsWith("forbid", StringComparison.Ordinal))
                {
                    return false;
                }

                isPermitted |= result.IsSuccess;
            }

            return isPermitted;
        });
    }
}
