namespace IntentAuthz.Peers;

/// <summary>What one would write without an engine.</summary>
internal static class PlainCSharp
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        if (world.Count == 1)
        {
            yield return new SynchronousPeer("C# predicate, written by hand", "group and folder looked up before", i => HandWritten(world.Facts[i]));
        }

        Func<PeerFact, bool>[] forbids = [.. world.Rules.Where(static rule => rule.IsForbid).Select(static rule => rule.ToExpression().Compile())];
        Func<PeerFact, bool>[] permits = [.. world.Rules.Where(static rule => !rule.IsForbid).Select(static rule => rule.ToExpression().Compile())];
        yield return new SynchronousPeer("C# delegates, one a policy, in a loop", "group and folder looked up before; no index", i => !AnyHolds(forbids, world.Facts[i]) && AnyHolds(permits, world.Facts[i]));
    }

    private static bool HandWritten(PeerFact fact) => fact.Action == "tool-0" && fact.Region == "eu-central" && fact.Score < 60 && fact.Remaining > 3_005_000;

    private static bool AnyHolds(Func<PeerFact, bool>[] rules, PeerFact fact)
    {
        foreach (Func<PeerFact, bool> rule in rules)
        {
            if (rule(fact))
            {
                return true;
            }
        }

        return false;
    }
}
