namespace IntentAuthz;

/// <summary>Keeps nothing: what is revoked is in memory anyway, and a host without a store forgets it when it ends.</summary>
internal sealed class InMemoryRevocationStore : IRevocationStore
{
    public bool IsShared => false;

    public ValueTask AddAsync(RevocationEntry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask LiftAsync(RevocationTarget target, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<long> ReadAsync(long after, Action<RevocationChange> changes, CancellationToken cancellationToken) => new(after);
}
