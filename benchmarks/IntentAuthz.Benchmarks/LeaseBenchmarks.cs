using System.Collections.Concurrent;

using BenchmarkDotNet.Attributes;

namespace IntentAuthz.Benchmarks;

/// <summary>Acquiring a lease that the task has already. The baseline is looking it up by task and profile in a concurrent dictionary.</summary>
[MemoryDiagnoser]
public class LeaseBenchmarks
{
    private readonly ConcurrentDictionary<(TaskId Task, string Profile), LeasedCredential> _table = new();
    private readonly CallId _call = CallId.New();
    private LeaseLoad _load = null!;
    private AgentTask _task = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _load = await LeaseLoad.CreateAsync(tasks: 1_000, leases: 1);
        _task = _load.Tasks[500];
        _table[(_task.Id, LeaseLoad.Profile(0))] = (await _load.Broker.AcquireAsync(_task, LeaseLoad.Profile(0), _call, isApproved: false, default)).Credential!;
    }

    [GlobalCleanup]
    public async Task CleanupAsync() => await _load.DisposeAsync();

    [Benchmark(Baseline = true)]
    public bool DictionaryLookUp() => _table.TryGetValue((_task.Id, LeaseLoad.Profile(0)), out _);

    [Benchmark]
    public bool CachedLease()
    {
        ValueTask<AcquireResult> acquired = _load.Broker.AcquireAsync(_task, LeaseLoad.Profile(0), _call, isApproved: false, default);
        return acquired.IsCompletedSuccessfully && acquired.Result.Credential is not null;
    }
}
