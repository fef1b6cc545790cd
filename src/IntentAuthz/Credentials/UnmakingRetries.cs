namespace IntentAuthz;

/// <summary>
/// The leases that one issuer has failed to unmake. Each is tried again after an exponential delay with jitter, without end. While nothing
/// succeeds one of them is tried every few seconds, so that a back end that is up again is noticed soon; then all are due at once. One that
/// fails although its issuer works is brought forward less and less, so that a busy issuer is not asked for it without pause. Safe for use by
/// many threads.
/// </summary>
internal sealed class UnmakingRetries(Func<HeldLease, Task<bool>> tryUnmake, TimeProvider time, CancellationToken stopping)
{
    internal static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    internal static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(5);
    internal static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(3);
    private const int AtATime = 16;

    private readonly Lock _queueing = new(); // protects everything below
    private readonly List<HeldLease> _waiting = []; // the one that was tried longest ago first
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRunning;
    private bool _isDown;

    internal int Count
    {
        get
        {
            lock (_queueing)
            {
                return _waiting.Count(static h => !h.IsOver);
            }
        }
    }

    /// <summary>Takes in a lease that could not be unmade just now.</summary>
    internal void Add(HeldLease held)
    {
        lock (_queueing)
        {
            if (held.IsWaiting)
            {
                return;
            }

            PutOff(held);
            Probe();
            Wake();
            if (!_isRunning)
            {
                _isRunning = true;
                _ = Task.Run(RunAsync, CancellationToken.None);
            }
        }
    }

    /// <summary>Tells that the issuer works: what waits because it did not is due now.</summary>
    internal void Succeeded()
    {
        lock (_queueing)
        {
            if (!_isDown)
            {
                return;
            }

            BringForward();
            Wake();
        }
    }

    private void PutOff(HeldLease held)
    {
        held.IsWaiting = true;
        held.LastAttempt = time.GetTimestamp();
        held.FailedForward += held.IsBroughtForward ? 1 : 0;
        held.IsBroughtForward = false;
        held.NextAttempt = After(DelayOf(++held.Attempts));
        _waiting.Add(held);
        _isDown |= !held.IsBeingMade; // that it may still be made is no fault of the issuer's
    }

    private void BringForward()
    {
        _isDown = false;
        foreach (HeldLease held in _waiting)
        {
            // One that is unmade waits for the store to remove its record: how often that failed says nothing of the issuer.
            TimeSpan pause = held.IsUnmade ? ProbeInterval : Doubled(ProbeInterval, held.FailedForward);
            long earliest = held.FailedForward == 0 ? 0 : held.LastAttempt + InTicks(pause);
            if (!held.IsBeingMade && earliest < held.NextAttempt)
            {
                held.NextAttempt = earliest;
                held.IsBroughtForward = true;
            }
        }
    }

    /// <summary>While the issuer is down, one of them is tried soon.</summary>
    private void Probe()
    {
        long soon = After(ProbeInterval);
        if (_isDown && _waiting.TrueForAll(h => h.IsBeingMade || h.NextAttempt > soon) && _waiting.Find(static h => !h.IsBeingMade) is { } first)
        {
            first.NextAttempt = soon;
        }
    }

    /// <summary>1 s, 2 s, 4 s … 5 min, each shortened by up to half at random, so that many do not come back at once.</summary>
    private static TimeSpan DelayOf(int failures)
    {
        return Doubled(FirstDelay, failures - 1) * (1 - (Random.Shared.NextDouble() / 2));
    }

    private static TimeSpan Doubled(TimeSpan delay, int times)
    {
        TimeSpan doubled = delay * Math.Pow(2, Math.Clamp(times, 0, 16));
        return doubled < LongestDelay ? doubled : LongestDelay;
    }

    private long After(TimeSpan delay) => time.GetTimestamp() + InTicks(delay);

    private long InTicks(TimeSpan delay) => (long)(delay.TotalSeconds * time.TimestampFrequency);

    private void Wake()
    {
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.TrySetResult();
    }

    private async Task RunAsync()
    {
        try
        {
            while (TakeDue(out List<HeldLease> due, out TimeSpan wait, out Task changed))
            {
                if (due.Count == 0)
                {
                    using CancellationTokenSource waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                    wait = TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)); // a timer drops what is less, and would not wait at all
                    await Task.WhenAny(Task.Delay(wait, time, waiting.Token), changed).ConfigureAwait(false);
                    await waiting.CancelAsync().ConfigureAwait(false);
                    stopping.ThrowIfCancellationRequested();
                    continue;
                }

                bool[] done = await Task.WhenAll(due.Select(held => Task.Run(() => tryUnmake(held), CancellationToken.None))).ConfigureAwait(false);
                Settle(due, done);
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Shutting down: what waits is in the store, for the next start.
        }
    }

    private bool TakeDue(out List<HeldLease> due, out TimeSpan wait, out Task changed)
    {
        lock (_queueing)
        {
            due = [];
            wait = LongestDelay;
            changed = _changed.Task;
            long now = time.GetTimestamp();
            foreach (HeldLease held in _waiting)
            {
                if (held.NextAttempt <= now)
                {
                    due.Add(held);
                    if (due.Count == AtATime)
                    {
                        break;
                    }
                }
                else if (time.GetElapsedTime(now, held.NextAttempt) is var left && left < wait)
                {
                    wait = left;
                }
            }

            _isRunning = _waiting.Count > 0;
            return _isRunning;
        }
    }

    private void Settle(List<HeldLease> tried, bool[] done)
    {
        lock (_queueing)
        {
            HashSet<HeldLease> gone = [.. tried];
            _waiting.RemoveAll(gone.Contains);
            for (int i = 0; i < tried.Count; i++)
            {
                tried[i].IsWaiting = false;
                if (!done[i])
                {
                    PutOff(tried[i]);
                }
            }

            if (Array.Exists(done, static d => d))
            {
                BringForward();
            }

            Probe();
        }
    }
}
