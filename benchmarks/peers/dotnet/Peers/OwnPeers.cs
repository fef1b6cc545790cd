using IntentAuthz.Benchmarks.Cedar;
using IntentAuthz.Cedar;

namespace IntentAuthz.Peers;

/// <summary>IntentAuthz.Cedar.</summary>
internal static class OwnPeers
{
    internal static IEnumerable<Peer> Create(PeerWorld world)
    {
        BoundPolicySet bound = world.Policies.Compile().Bind(world.Entities);
        LayoutAuthorizer layout = bound.WithLayout(AgentScenario.Layout);
        yield return new SynchronousPeer("IntentAuthz.Cedar, compiled, plain values", "from strings and numbers to the decision", i => world.Requests[i].Decide(layout) == CedarDecision.Allow);
        yield return new SynchronousPeer("IntentAuthz.Cedar, compiled, built request", "the request was built before", i => bound.Decide(world.Built[i]) == CedarDecision.Allow);
        yield return new SynchronousPeer("IntentAuthz.Cedar, compiled, with diagnostics", "built before; determining policies and errors", i => bound.Authorize(world.Built[i]).Decision == CedarDecision.Allow);
        yield return new SynchronousPeer(
            "IntentAuthz.Cedar, interpreter", "built before; determining policies and errors; no index",
            i => CedarAuthorizer.Authorize(world.Built[i], world.Policies, world.Entities).Decision == CedarDecision.Allow);
    }
}
