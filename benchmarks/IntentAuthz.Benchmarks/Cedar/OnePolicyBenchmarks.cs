using BenchmarkDotNet.Attributes;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>One policy against the same predicate, hand-written in C#.</summary>
[MemoryDiagnoser]
public class OnePolicyBenchmarks
{
    private const int RequestCount = 64;

    private const string Policy =
        """
        permit(principal is Agent, action == Action::"tool-0", resource)
        when { context.input.region == "eu-central" && context.risk.score < 60 && context.task.remaining.greaterThan(decimal("300.50")) };
        """;

    private AgentRequest[] _requests = [];
    private LayoutAuthorizer _layout = null!;

    /// <summary>Makes policy and requests.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        AgentScenario scenario = new(10);
        _layout = PolicySet.Parse(Policy).Compile().Bind(scenario.Entities).WithLayout(AgentScenario.Layout);
        _requests = scenario.Requests(RequestCount);
        foreach (AgentRequest request in _requests)
        {
            if (HandWritten(request) != (request.Decide(_layout) == CedarDecision.Allow))
            {
                throw new InvalidOperationException("The predicate is not the policy.");
            }
        }
    }

    /// <summary>The predicate, as one would write it.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount, Baseline = true)]
    public int HandWritten()
    {
        int allowed = 0;
        foreach (ref readonly AgentRequest request in _requests.AsSpan())
        {
            allowed += HandWritten(request) ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The policy.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    public int Compiled()
    {
        int allowed = 0;
        foreach (ref readonly AgentRequest request in _requests.AsSpan())
        {
            allowed += request.Decide(_layout) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static bool HandWritten(AgentRequest request) =>
        request.Action == "tool-0" && request.Region == "eu-central" && request.Score < 60 && request.Remaining > 3_005_000;
}
