using BenchmarkDotNet.Attributes;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>The decision of the compiled engine in the agent scenario, per request, as the number of policies grows.</summary>
[MemoryDiagnoser]
public class AgentScenarioBenchmarks
{
    private const int RequestCount = 64;

    private AgentRequest[] _requests = [];
    private CedarRequest[] _built = [];
    private LayoutAuthorizer _layout = null!;
    private BoundPolicySet _bound = null!;

    /// <summary>How many policies there are.</summary>
    [Params(10, 1_000, 100_000)]
    public int Policies { get; set; }

    /// <summary>Makes the scenario.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        AgentScenario scenario = new(Policies);
        _bound = PolicySet.Parse(scenario.Text).Compile().Bind(scenario.Entities);
        _layout = _bound.WithLayout(AgentScenario.Layout);
        _requests = Draw(scenario);
        _built = [.. _requests.Select(static r => r.ToCedar())];
    }

    // Half of the requests are allowed, at any N: a denial looks at all its candidates, so that another share would be another question.
    private AgentRequest[] Draw(AgentScenario scenario)
    {
        ILookup<CedarDecision, AgentRequest> drawn = scenario.Requests(20 * RequestCount).ToLookup(r => r.Decide(_layout));
        AgentRequest[] requests = [.. drawn[CedarDecision.Allow].Take(RequestCount / 2).Zip(drawn[CedarDecision.Deny], static (a, d) => new[] { a, d }).SelectMany(static r => r)];
        return requests.Length == RequestCount ? requests : throw new InvalidOperationException("The scenario does not give enough requests of both kinds.");
    }

    /// <summary>From strings and numbers to a decision.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount, Baseline = true)]
    public int FromPlainValues()
    {
        int allowed = 0;
        foreach (ref readonly AgentRequest request in _requests.AsSpan())
        {
            allowed += request.Decide(_layout) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The decision of a request that was built before.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    public int OfABuiltRequest()
    {
        int allowed = 0;
        foreach (CedarRequest request in _built)
        {
            allowed += _bound.Decide(request) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The decision with all determining policies and errors.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    public int WithDiagnostics()
    {
        int reasons = 0;
        foreach (CedarRequest request in _built)
        {
            reasons += _bound.Authorize(request).Reasons.Count;
        }

        return reasons;
    }
}
