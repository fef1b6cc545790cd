using Cel;

namespace IntentAuthz.Peers;

/// <summary>CEL: each policy a compiled expression.</summary>
internal static class CelPeer
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        CelEnvironment environment = new(null, null);
        CelProgramDelegate[] forbids = [.. world.Rules.Where(static rule => rule.IsForbid).Select(rule => environment.Compile(rule.ToText("fact")))];
        CelProgramDelegate[] permits = [.. world.Rules.Where(static rule => !rule.IsForbid).Select(rule => environment.Compile(rule.ToText("fact")))];
        Dictionary<string, object?>[] variables = [.. world.Facts.Select(static fact => new Dictionary<string, object?>
        {
            ["fact"] = new Dictionary<string, object?>
            {
                ["Action"] = fact.Action, ["Group"] = fact.Group, ["Folder"] = fact.Folder, ["Region"] = fact.Region,
                ["Category"] = fact.Category, ["Score"] = fact.Score, ["Remaining"] = fact.Remaining,
            },
        })];
        yield return new SynchronousPeer(
            "Cel 0.3.3, one expression a policy, in a loop", "group and folder looked up before; no index",
            i => !AnyHolds(forbids, variables[i]) && AnyHolds(permits, variables[i]));
    }

    private static bool AnyHolds(CelProgramDelegate[] rules, Dictionary<string, object?> variables)
    {
        foreach (CelProgramDelegate rule in rules)
        {
            if (rule(variables) is true)
            {
                return true;
            }
        }

        return false;
    }
}
