using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Writes revocations to the store, after they hold in memory. A write is tried at once; one that fails is tried again in the background,
/// without end, until it succeeds. Of each target only what was said last is written. Safe for use by many threads.
/// </summary>
internal sealed partial class RevocationWriter(IRevocationStore store, TimeProvider time, ILogger<RevocationWriter> logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5); // for one write
    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_atShutdown = TimeSpan.FromSeconds(2); // for all that is left

    private readonly ILogger<RevocationWriter> _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _listing = new(); // protects _pending and what is in it, _written, _reads and _retrying
    private readonly Dictionary<RevocationTarget, Pending> _pending = [];
    private readonly Dictionary<RevocationTarget, long> _written = []; // target -> how many reads had begun when it was written
    private long _reads;
    private Task _retrying = Task.CompletedTask;
    private long _failed;
    private volatile string? _lastFault;

    /// <summary>Whether what is written outlives the process.</summary>
    internal bool IsDurable { get; } = store is not InMemoryRevocationStore;

    internal int PendingCount
    {
        get
        {
            lock (_listing)
            {
                return _pending.Count;
            }
        }
    }

    internal long FailedCount => Interlocked.Read(ref _failed);

    internal string? LastFault => _lastFault;

    internal event Action? Failed;

    /// <summary>Writes a revocation, or its lifting when there is no entry. Whether it was written at the first try; otherwise it is tried on.</summary>
    internal async Task<bool> WriteAsync(RevocationTarget target, RevocationEntry? entry)
    {
        if (!IsDurable)
        {
            return false; // what is in memory is all there is
        }

        Pending pending;
        lock (_listing)
        {
            if (_pending.TryGetValue(target, out Pending? known))
            {
                // Somebody is at this target or will be again: two writes of one target side by side could end in either order.
                known.Entry = entry;
                known.Version++;
                return false;
            }

            _pending.Add(target, pending = new Pending(target, entry) { IsBeingWritten = true });
        }

        // On another thread, since a store may work before it first waits.
        if (await Task.Run(() => TryWriteAsync(pending)).ConfigureAwait(false))
        {
            return true;
        }

        lock (_listing)
        {
            pending.IsBeingWritten = false;
            if (_retrying.IsCompleted && !_stopping.IsCancellationRequested)
            {
                _retrying = Task.Run(RetryAsync);
            }
        }

        return false;
    }

    /// <summary>A reading of the store begins; its number.</summary>
    internal long BeginRead()
    {
        lock (_listing)
        {
            return ++_reads;
        }
    }

    /// <summary>
    /// Whether this process said something of the target that the reading of this number need not have seen. What the store says then is older
    /// than what holds here.
    /// </summary>
    internal bool IsNewer(RevocationTarget target, long read)
    {
        lock (_listing)
        {
            return _pending.ContainsKey(target) || (_written.TryGetValue(target, out long begun) && begun >= read);
        }
    }

    internal void EndRead(long read)
    {
        lock (_listing)
        {
            if (_written.Count > 0)
            {
                foreach ((RevocationTarget target, long begun) in _written)
                {
                    if (begun < read)
                    {
                        _written.Remove(target);
                    }
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task retrying;
        lock (_listing)
        {
            retrying = _retrying;
        }

        await retrying.ConfigureAwait(false);
        long began = time.GetTimestamp();
        foreach (Pending pending in Waiting())
        {
            if (time.GetElapsedTime(began) >= s_atShutdown || !await TryWriteAsync(pending).ConfigureAwait(false))
            {
                break;
            }
        }

        if (PendingCount is var left and > 0)
        {
            LogLeft(left);
        }

        _stopping.Dispose();
    }

    private async Task RetryAsync()
    {
        TimeSpan delay = s_firstDelay;
        while (!_stopping.IsCancellationRequested)
        {
            Pending[] waiting = Waiting();
            foreach (Pending pending in waiting)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                if (await TryWriteAsync(pending).ConfigureAwait(false))
                {
                    delay = s_firstDelay;
                    continue;
                }

                // One that fails holds up the others for one delay a round, not for good.
                await WaitAsync(delay).ConfigureAwait(false);
                delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
            }

            lock (_listing)
            {
                if (!_pending.Values.Any(static p => !p.IsBeingWritten))
                {
                    _retrying = Task.CompletedTask; // the next that fails begins anew
                    return;
                }
            }
        }
    }

    private Pending[] Waiting()
    {
        lock (_listing)
        {
            return [.. _pending.Values.Where(static p => !p.IsBeingWritten)];
        }
    }

    /// <summary>Between half the delay and one and a half, so that nodes that lost one store do not come back to it together.</summary>
    private async Task WaitAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // shutting down
        }
    }

    /// <summary>Writes what was last said of a target. A write is awaited to its end, even when it was given up: it must not come after the next one.</summary>
    private async Task<bool> TryWriteAsync(Pending pending)
    {
        while (true)
        {
            RevocationEntry? entry;
            int version;
            lock (_listing)
            {
                (entry, version) = (pending.Entry, pending.Version);
            }

            try
            {
                using CancellationTokenSource late = new(s_timeout, time);
                if (entry is null)
                {
                    await store.LiftAsync(pending.Target, late.Token).ConfigureAwait(false);
                }
                else
                {
                    await store.AddAsync(entry, late.Token).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                Interlocked.Increment(ref _failed);
                _lastFault = e.GetType().Name;
                Failed?.Invoke();
                LogFailed(e, pending.Target);
                return false;
            }

            lock (_listing)
            {
                if (version == pending.Version)
                {
                    _pending.Remove(pending.Target);
                    if (store.IsShared)
                    {
                        _written[pending.Target] = _reads;
                    }

                    _lastFault = null;
                    return true;
                }
            }
        }
    }

    [LoggerMessage(EventId = 900, Level = LogLevel.Error, Message = "The revocation of {Target}, or its lifting, holds in this process but could not be written to the store; it is tried again until it is.")]
    private partial void LogFailed(Exception exception, RevocationTarget target);

    [LoggerMessage(EventId = 901, Level = LogLevel.Critical, Message = "{Count} revocations or liftings were not written before shutdown; the next start does not know them.")]
    private partial void LogLeft(int count);

    /// <summary>What is to be written of one target.</summary>
    private sealed class Pending(RevocationTarget target, RevocationEntry? entry)
    {
        internal RevocationTarget Target => target;

        internal RevocationEntry? Entry { get; set; } = entry;

        internal int Version { get; set; }

        internal bool IsBeingWritten { get; set; }
    }
}
