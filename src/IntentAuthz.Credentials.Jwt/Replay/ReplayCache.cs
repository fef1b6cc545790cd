namespace IntentAuthz.Credentials.Jwt;

/// <summary>
/// Remembers in memory what was shown, until it would be refused for its age anyway, and a minute longer, should the clock be set back. When it
/// is full it forgets nothing: what it has no room for is refused until entries have run out. Safe for use by many threads.
/// </summary>
public sealed class ReplayCache : IReplayCheck
{
    private static readonly TimeSpan s_margin = TimeSpan.FromMinutes(1);

    private readonly Lock _using = new(); // protects both collections: one step from looking to remembering
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _byEnd = new();
    private readonly TimeProvider _time;
    private readonly int _capacity;

    /// <summary>Makes an empty cache.</summary>
    /// <param name="capacity">How many entries it holds at most, 1 to 100,000,000. A proof is one entry for about two minutes.</param>
    /// <param name="time">The clock; the system's when null.</param>
    public ReplayCache(int capacity = 1_000_000, TimeProvider? time = null)
    {
        if (capacity is < 1 or > 100_000_000)
        {
            throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "Give the cache room for 1 to 100,000,000 entries.");
        }

        _capacity = capacity;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>How many entries it holds at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_using)
            {
                DropExpired();
                return _seen.Count;
            }
        }
    }

    /// <summary>Remembers an id unless it is remembered already.</summary>
    /// <param name="id">What is good once.</param>
    /// <param name="until">Until when it must be remembered.</param>
    public ReplayAnswer Use(string id, DateTimeOffset until)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        lock (_using)
        {
            DropExpired();
            if (_seen.Contains(id))
            {
                return ReplayAnswer.Seen;
            }

            if (_seen.Count >= _capacity)
            {
                return ReplayAnswer.Full;
            }

            _seen.Add(id);
            _byEnd.Enqueue(id, until < DateTimeOffset.MaxValue - s_margin ? (until + s_margin).UtcTicks : long.MaxValue);
            return ReplayAnswer.First;
        }
    }

    /// <inheritdoc/>
    ValueTask<ReplayAnswer> IReplayCheck.UseAsync(string id, DateTimeOffset until, CancellationToken cancellationToken) => new(Use(id, until));

    private void DropExpired()
    {
        long now = _time.GetUtcNow().UtcTicks;
        while (_byEnd.TryPeek(out string? id, out long end) && end <= now)
        {
            _byEnd.Dequeue();
            _seen.Remove(id);
        }
    }
}
