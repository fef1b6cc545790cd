namespace IntentAuthz;

/// <summary>Keeps nothing: the process has its incidents in memory anyway, and forgets them when it ends.</summary>
internal sealed class InMemoryIncidentStore : IIncidentStore
{
    public bool IsShared => false;

    public ValueTask AppendAsync(IncidentEntry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<long> ReadAsync(long after, Action<IncidentEntry> entries, CancellationToken cancellationToken) => new(after);

    public ValueTask RemoveClosedAsync(DateTimeOffset before, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
