using BenchmarkDotNet.Attributes;

using IntentAuthz.Cedar;

namespace IntentAuthz.Benchmarks.Cedar.Applications;

/// <summary>The applications of the Cedar paper: one decision over a request that was built before, as the entity graph grows.</summary>
[MemoryDiagnoser]
public class ApplicationBenchmarks
{
    private const int RequestCount = 500;

    // The share of requests that a generator whose parts connect allows lies within these, at each n and for each application.
    private const double LeastAllowed = 0.05;
    private const double MostAllowed = 0.6;

    private ApplicationScenario _scenario = null!;
    private BoundPolicySet _bound = null!;
    private CedarRequest[] _requests = [];

    /// <summary>Which application.</summary>
    [ParamsAllValues]
    public ApplicationName Application { get; set; }

    /// <summary>How many entities of each kind there are.</summary>
    [Params(5, 10, 20, 50)]
    public int N { get; set; }

    /// <summary>Makes the scenario, and makes sure that what is measured is right.</summary>
    [GlobalSetup]
    public void SetUp()
    {
        Random random = new(1);
        _scenario = Application switch
        {
            ApplicationName.GDrive => GDriveScenario.Create(N, random, isConnected: false),
            ApplicationName.GDriveConnected => GDriveScenario.Create(N, random, isConnected: true),
            ApplicationName.GitHub => GitHubScenario.Create(N, random),
            _ => TinyTodoScenario.Create(N, random),
        };
        _bound = _scenario.Policies.Compile().Bind(_scenario.Entities);
        _requests = _scenario.Requests(RequestCount, random);
        foreach (CedarRequest request in _requests)
        {
            if (_bound.Decide(request) != CedarAuthorizer.Authorize(request, _scenario.Policies, _scenario.Entities).Decision)
            {
                throw new InvalidOperationException("The compiled policies are not the interpreted ones.");
            }
        }

        double allowed = (double)Compiled() / RequestCount;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        Compiled();
        if (GC.GetAllocatedBytesForCurrentThread() != allocated)
        {
            throw new InvalidOperationException("The decision alone allocates.");
        }

        Console.WriteLine($"// {Application}, n = {N}: {_scenario.Entities.Count} entities, {allowed:P1} of {RequestCount} requests allowed");
        if (allowed is < LeastAllowed or > MostAllowed)
        {
            throw new InvalidOperationException($"Of all requests {allowed:P1} are allowed: the graph is not connected as it should be.");
        }
    }

    /// <summary>The decision of the compiled policies over the bound store.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount, Baseline = true)]
    public int Compiled()
    {
        int allowed = 0;
        foreach (CedarRequest request in _requests)
        {
            allowed += _bound.Decide(request) == CedarDecision.Allow ? 1 : 0;
        }

        return allowed;
    }

    /// <summary>The same, with determining policies and errors.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    public int WithDiagnostics()
    {
        int reasons = 0;
        foreach (CedarRequest request in _requests)
        {
            reasons += _bound.Authorize(request).Reasons.Count;
        }

        return reasons;
    }

    /// <summary>The interpreter.</summary>
    [Benchmark(OperationsPerInvoke = RequestCount)]
    public int Interpreted()
    {
        int reasons = 0;
        foreach (CedarRequest request in _requests)
        {
            reasons += CedarAuthorizer.Authorize(request, _scenario.Policies, _scenario.Entities).Reasons.Count;
        }

        return reasons;
    }
}
