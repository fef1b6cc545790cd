using System.Runtime.CompilerServices;

using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar;

/// <summary>
/// One policy against the same predicate hand-written in C#: over plain values, and over a request that was built before. All
/// requests are for the tool that the policy is of.
/// </summary>
/// <remarks>
/// Neither predicate looks anything up: it need not know who the agent is, and a failed comparison ends it. The policy set finds
/// the action by its name first, as it would among thousands of policies.
/// </remarks>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class OnePolicyBenchmarks
{
    private const int RequestCount = 64;

    private const string Policy =
        """
        permit(principal is Agent, action == Action::"tool-0", resource)
        when { context.input.region == "eu-central" && context.risk.score < 60 && context.task.remaining.greaterThan(decimal("300.50")) };
        """;

    private AgentRequest[] _requests = [];
    private CedarRequest[] _built = [];
    private BoundPolicySet _bound = null!;
    private LayoutAuthorizer _layout = null!;

    /// <summary>Makes policy and requests.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        AgentScenario scenario = new(10);
        _bound = PolicySet.Parse(Policy).Compile().Bind(scenario.Entities);
        _layout = _bound.WithLayout(AgentScenario.Layout);
        _requests = scenario.Requests(RequestCount);
        _built = [.. _requests.Select(static r => r.ToCedar())];
        for (int i = 0; i < RequestCount; i++)
        {
            bool isAllowed = HandWritten(_requests[i]);
            if (isAllowed != (_requests[i].Decide(_layout) == CedarDecision.Allow)
                || isAllowed != HandWritten(_built[i])
                || isAllowed != (_bound.Decide(_built[i]) == CedarDecision.Allow))
            {
                throw new InvalidOperationException("The predicate is not the policy.");
            }
        }
    }

    /// <summary>The predicate over plain values, as one would write it.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount, Baseline = true)]
    [BenchmarkCategory("plain values")]
    public int HandWrittenOnPlainValues()
    {
        int allowed = 0;
        foreach (ref readonly AgentRequest request in _requests.AsSpan())
        {
            allowed += HandWritten(in request) ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The policy over plain values.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    [BenchmarkCategory("plain values")]
    public int PolicyOnPlainValues()
    {
        int allowed = 0;
        foreach (ref readonly AgentRequest request in _requests.AsSpan())
        {
            allowed += request.Decide(_layout) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The predicate over a request that was built before.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount, Baseline = true)]
    [BenchmarkCategory("built request")]
    public int HandWrittenOnBuiltRequest()
    {
        int allowed = 0;
        foreach (CedarRequest request in _built)
        {
            allowed += HandWritten(request) ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The policy over a request that was built before.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    [BenchmarkCategory("built request")]
    public int PolicyOnBuiltRequest()
    {
        int allowed = 0;
        foreach (CedarRequest request in _built)
        {
            allowed += _bound.Decide(request) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HandWritten(in AgentRequest request) =>
        request.Action == "tool-0" && request.Region == "eu-central" && request.Score < 60 && request.Remaining > 3_005_000;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool HandWritten(CedarRequest request) =>
        request.Principal.Uid.Type == "Agent"
        && request.Action.Uid is { Type: "Action", Id: "tool-0" }
        && Text(request.Context, "input", "region") == "eu-central"
        && Member(request.Context, "risk", "score") is CedarLong { Value: < 60 }
        && Member(request.Context, "task", "remaining") is CedarDecimal { Value: > 3_005_000 };

    private static string? Text(CedarRecord context, string record, string name) => (Member(context, record, name) as CedarString)?.Value;

    private static CedarValue? Member(CedarRecord context, string record, string name) =>
        context.TryGetValue(record, out CedarValue? inner) && ((CedarRecord)inner).TryGetValue(name, out CedarValue? value) ? value : null;
}
