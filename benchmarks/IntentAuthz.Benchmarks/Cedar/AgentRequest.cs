using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>A request of the agent scenario as it arrives: five strings, a long and a decimal (in units of 1/10,000).</summary>
internal readonly record struct AgentRequest(
    string Agent, string Action, string Resource, string Region, string Category, long Score, long Remaining)
{
    internal CedarDecision Decide(LayoutAuthorizer authorizer) =>
        authorizer.Decide(Agent, Action, Resource, Region, Category, Score, CedarScalar.FromScaledDecimal(Remaining));

    internal CedarRequest ToCedar() =>
        AgentScenario.Layout.CreateRequest(Agent, Action, Resource, Region, Category, Score, CedarScalar.FromScaledDecimal(Remaining));
}
