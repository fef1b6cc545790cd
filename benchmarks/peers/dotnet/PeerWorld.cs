using IntentAuthz.Benchmarks.Cedar;
using IntentAuthz.Cedar;

namespace IntentAuthz.Peers;

/// <summary>The agent scenario in the forms that peers take: policies, rules, requests and the right answers.</summary>
internal sealed class PeerWorld
{
    internal const int RequestCount = 64;

    private const string OnePolicy =
        "permit(principal is Agent, action == Action::\"tool-0\", resource) when { context.input.region == \"eu-central\" && "
        + "context.risk.score < 60 && context.task.remaining.greaterThan(decimal(\"300.50\")) };";

    internal PeerWorld(int policies)
    {
        Count = policies;
        AgentScenario scenario = new(Math.Max(policies, 10));
        Text = policies == 1 ? OnePolicy : scenario.Text;
        Entities = scenario.Entities;
        Policies = PolicySet.Parse(Text);
        Rules = [.. Text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(PeerRule.Parse)];
        Requests = scenario.Requests(RequestCount);
        Built = [.. Requests.Select(static request => request.ToCedar())];
        Facts = [.. Requests.Select(Fact)];
        Expected = [.. Built.Select(request => CedarAuthorizer.Authorize(request, Policies, Entities).Decision == CedarDecision.Allow)];
    }

    internal int Count { get; }

    internal string Text { get; }

    internal PolicySet Policies { get; }

    internal EntityStore Entities { get; }

    internal PeerRule[] Rules { get; }

    internal AgentRequest[] Requests { get; }

    internal CedarRequest[] Built { get; }

    internal PeerFact[] Facts { get; }

    internal bool[] Expected { get; }

    private PeerFact Fact(AgentRequest request) => new()
    {
        Agent = request.Agent,
        Group = Parent("Agent", request.Agent),
        Action = request.Action,
        Resource = request.Resource,
        Folder = Parent("Resource", request.Resource),
        Region = request.Region,
        Category = request.Category,
        Score = request.Score,
        Remaining = request.Remaining,
    };

    private string Parent(string type, string id) => Entities.Find(new EntityUid(type, id))!.Parents.Single().Id;
}
