namespace IntentAuthz.Testing;

/// <summary>
/// A clock that stands still until it is told to move; timers fire when it passes them, in order, at their own time. Wall clock and monotonic
/// clock move together. Safe for use by many threads; moves by several threads happen one after the other.
/// </summary>
public sealed class FakeClock : TimeProvider
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(1);

    private readonly Lock _state = new(); // protects _now, _timers and what timers hold
    private readonly Lock _moving = new(); // one move at a time, so that timers fire in order; a timer itself may move the clock on
    private readonly List<FakeTimer> _timers = [];
    private readonly DateTimeOffset _start;
    private DateTimeOffset _now;

    /// <summary>Starts the clock at 2026-01-01 00:00 UTC, so that a run today equals a run tomorrow.</summary>
    public FakeClock()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Starts the clock.</summary>
    /// <param name="start">The time it shows first.</param>
    public FakeClock(DateTimeOffset start) => _start = _now = start.ToUniversalTime();

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_state)
        {
            return _now;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => (GetUtcNow() - _start).Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        FakeTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward and fires the timers it passes. What they set going may still run when this returns.</summary>
    /// <param name="by">How far; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (_moving)
        {
            DateTimeOffset until = GetUtcNow() + by;
            while (NextDue(until) is { } timer)
            {
                timer.Fire();
            }

            lock (_state)
            {
                _now = until > _now ? until : _now;
            }
        }
    }

    /// <summary>Moves the clock forward, second by second, until a task has completed: for what waits for time in several places.</summary>
    /// <typeparam name="T">What the task answers.</typeparam>
    /// <param name="task">The task that waits for time to pass.</param>
    /// <param name="atMost">How far the clock may move.</param>
    /// <returns>What the task answers.</returns>
    /// <exception cref="TimeoutException">The clock has moved so far and the task has not completed.</exception>
    public async Task<T> RunUntilAsync<T>(Task<T> task, TimeSpan atMost)
    {
        ArgumentNullException.ThrowIfNull(task);
        DateTimeOffset end = GetUtcNow() + atMost;
        while (!task.IsCompleted)
        {
            // What runs on real threads gets real time to set its next timer.
            if (await Task.WhenAny(task, Task.Delay(s_poll)).ConfigureAwait(false) == task)
            {
                break;
            }

            if (GetUtcNow() >= end)
            {
                throw new TimeoutException($"The clock was moved forward by {atMost}, and the task has not completed.");
            }

            Advance(TimeSpan.FromSeconds(1));
        }

        return await task.ConfigureAwait(false);
    }

    private FakeTimer? NextDue(DateTimeOffset until)
    {
        lock (_state)
        {
            FakeTimer? next = null;
            foreach (FakeTimer timer in _timers)
            {
                if (timer.DueAt <= until && (next is null || timer.DueAt < next.DueAt))
                {
                    next = timer;
                }
            }

            if (next is not null)
            {
                _now = next.DueAt > _now ? next.DueAt : _now;
                next.Pass();
            }

            return next;
        }
    }

    private sealed class FakeTimer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        internal DateTimeOffset DueAt { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._state)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = clock._now + dueTime;
                    clock._timers.Add(this);
                }
            }

            if (dueTime == TimeSpan.Zero)
            {
                FireIfDueNow();
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._state)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void Fire() => callback(state);

        /// <summary>Sets the next time, or takes the timer away. Under the clock's lock.</summary>
        internal void Pass()
        {
            if (_period > TimeSpan.Zero)
            {
                DueAt += _period;
            }
            else
            {
                clock._timers.Remove(this);
            }
        }

        /// <summary>A timer of zero fires without the clock being moved, and on another thread, as timers do.</summary>
        private void FireIfDueNow()
        {
            lock (clock._state)
            {
                if (!clock._timers.Contains(this))
                {
                    return;
                }

                Pass();
            }

            ThreadPool.UnsafeQueueUserWorkItem(static timer => timer.Fire(), this, preferLocal: false);
        }
    }
}
