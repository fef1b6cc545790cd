namespace IntentAuthz;

/// <summary>
/// Keeps revocations, in an order that all who share the store see alike. A node reads on from where it was, so it knows how old its knowledge
/// is; one that has not been able to read for <see cref="IntentAuthzOptions.MaxRevocationStaleness"/> says no to everything. Safe for use by
/// many threads.
/// </summary>
public interface IRevocationStore
{
    /// <summary>Whether others may write to it, so that it has to be read again and again.</summary>
    bool IsShared { get; }

    /// <summary>Adds a revocation, durable when this returns. Adding what is there already changes nothing.</summary>
    /// <param name="entry">The revocation.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask AddAsync(RevocationEntry entry, CancellationToken cancellationToken);

    /// <summary>Lifts a revocation, durable when this returns.</summary>
    /// <param name="target">What.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask LiftAsync(RevocationTarget target, CancellationToken cancellationToken);

    /// <summary>Reads the changes after a position, in order, those of this process too; from 0 on, everything that stands.</summary>
    /// <param name="after">The position of the last change that was read.</param>
    /// <param name="changes">Is called with each change, in order; it does not throw.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The position to read on from; <paramref name="after"/> when nothing is new.</returns>
    ValueTask<long> ReadAsync(long after, Action<RevocationChange> changes, CancellationToken cancellationToken);
}
