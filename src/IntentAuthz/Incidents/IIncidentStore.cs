namespace IntentAuthz;

/// <summary>
/// Keeps the timelines of incidents, as one log in an order that all who share the store see alike. Entries are only added. Stopping never waits
/// for it. Safe for use by many threads.
/// </summary>
public interface IIncidentStore
{
    /// <summary>Whether others may write to it, so that it has to be read again and again.</summary>
    bool IsShared { get; }

    /// <summary>Adds an entry, durable when this returns. One of an id that is there changes nothing.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask AppendAsync(IncidentEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Reads entries after a position, in order, those of this process too, as many as it likes to give at a time: there are more until the position
    /// stays. An entry that cannot be read is left out; it must not keep those after it from being read.
    /// </summary>
    /// <param name="after">The position of the last entry that was read.</param>
    /// <param name="entries">Is called with each entry, in order; it does not throw.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The position to read on from; <paramref name="after"/> when nothing is new.</returns>
    ValueTask<long> ReadAsync(long after, Action<IncidentEntry> entries, CancellationToken cancellationToken);

    /// <summary>Removes the incidents that were closed before a time.</summary>
    /// <param name="before">The time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask RemoveClosedAsync(DateTimeOffset before, CancellationToken cancellationToken);
}
