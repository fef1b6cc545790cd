namespace IntentAuthz;

/// <summary>
/// Says when leases are due: one timer for all of them, set to the earliest. A lease that ended early stays in the queue until the dead are half
/// of it, so that taking one out costs nothing. Runs on the monotonic clock; whoever hands a credential out looks at the wall clock too.
/// </summary>
internal sealed class LeaseExpiry : IDisposable
{
    private readonly Lock _queueing = new(); // protects everything below
    private readonly Action<HeldLease> _due;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private PriorityQueue<HeldLease, long> _queue = new();
    private long _set = long.MaxValue;
    private int _dead;
    private bool _disposed;

    internal LeaseExpiry(Action<HeldLease> due, TimeProvider time)
    {
        _due = due;
        _time = time;
        _timer = time.CreateTimer(static expiry => ((LeaseExpiry)expiry!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal void Add(HeldLease held, long deadline)
    {
        lock (_queueing)
        {
            if (!_disposed)
            {
                _queue.Enqueue(held, deadline);
                Set();
            }
        }
    }

    /// <summary>Counts a lease that is in the queue and need not be any more.</summary>
    internal void CountDead()
    {
        lock (_queueing)
        {
            if (++_dead <= 64 || _dead < _queue.Count / 2)
            {
                return;
            }

            PriorityQueue<HeldLease, long> live = new(_queue.Count - Math.Min(_dead, _queue.Count));
            foreach ((HeldLease held, long deadline) in _queue.UnorderedItems)
            {
                if (held.IsActive)
                {
                    live.Enqueue(held, deadline);
                }
            }

            (_queue, _dead) = (live, 0);
        }
    }

    public void Dispose()
    {
        lock (_queueing)
        {
            _disposed = true;
            _queue.Clear();
        }

        _timer.Dispose();
    }

    private void Fire()
    {
        List<HeldLease> due = [];
        lock (_queueing)
        {
            _set = long.MaxValue;
            long now = _time.GetTimestamp();
            while (_queue.TryPeek(out HeldLease? held, out long deadline) && deadline <= now)
            {
                _queue.Dequeue();
                if (held.IsActive)
                {
                    due.Add(held);
                }
                else
                {
                    _dead = Math.Max(0, _dead - 1);
                }
            }

            Set();
        }

        foreach (HeldLease held in due)
        {
            _due(held);
        }
    }

    private void Set()
    {
        if (_disposed || !_queue.TryPeek(out _, out long deadline) || deadline >= _set)
        {
            return;
        }

        _set = deadline;
        long now = _time.GetTimestamp();

        // A timer counts whole milliseconds and drops the rest; rounded up, it does not fire just before the deadline.
        TimeSpan wait = deadline <= now ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(_time.GetElapsedTime(now, deadline).TotalMilliseconds));
        _timer.Change(wait < s_longest ? wait : s_longest, Timeout.InfiniteTimeSpan);
    }

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);
}
