using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Reads what is revoked: everything before the first permit, and where others write to the store, what they add, again and again. A failed
/// read is tried again; what is known grows old meanwhile, and past its bound every call is denied until a read succeeds.
/// </summary>
internal sealed partial class RevocationFeed(
    IRevocationStore store,
    RevocationList list,
    RevocationKnowledge knowledge,
    RevocationStopping stopping,
    RevocationWriter writer,
    TimeSpan interval,
    TimeProvider time,
    ILogger<RevocationFeed> logger) : IAsyncDisposable
{
    private static readonly TimeSpan s_firstReading = TimeSpan.FromMinutes(5); // of everything there is
    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromMilliseconds(250); // while the store fails
    private static readonly TimeSpan s_sweeping = TimeSpan.FromMinutes(1);

    private readonly ILogger<RevocationFeed> _logger = logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<RevocationTarget> _lifted = []; // of the reading that goes on
    private ITimer? _sweeper;
    private Task _reading = Task.CompletedTask;
    private long _position;
    private long _failed;
    private volatile string? _lastFault;

    internal long FailedCount => Interlocked.Read(ref _failed);

    internal string? LastFault => _lastFault;

    /// <summary>Ends when everything has been read once.</summary>
    internal Task WhenKnown => _known.Task;

    internal event Action? Failed;

    internal void Start()
    {
        _sweeper = time.CreateTimer(static l => { var (swept, clock) = ((RevocationList, TimeProvider))l!; swept.Sweep(clock.GetUtcNow()); }, (list, time), s_sweeping, s_sweeping);
        if (store is InMemoryRevocationStore)
        {
            knowledge.Read(time.GetTimestamp()); // it holds nothing that is not in memory
            _known.SetResult();
        }
        else
        {
            _reading = Task.Run(ReadOnAsync);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _known.TrySetCanceled();
        if (_sweeper is not null)
        {
            await _sweeper.DisposeAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private async Task ReadOnAsync()
    {
        using PeriodicTimer timer = new(interval, time);
        try
        {
            do
            {
                bool succeeded = await TryReadAsync().ConfigureAwait(false);
                if (succeeded && !store.IsShared)
                {
                    return; // nobody else writes
                }

                TimeSpan next = succeeded ? interval : timer.Period * 2 < s_longestInterval ? timer.Period * 2 : s_longestInterval;
                if (next != timer.Period)
                {
                    timer.Period = next;
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // shutting down
        }
    }

    private async Task<bool> TryReadAsync()
    {
        long began = time.GetTimestamp();
        long read = writer.BeginRead();
        try
        {
            using CancellationTokenSource late = new(knowledge.IsLoaded ? s_reading : s_firstReading, time);
            using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stopping.Token);
            _lifted.Clear();
            _position = await store.ReadAsync(_position, change => Take(change, read), ending.Token).ConfigureAwait(false);
            foreach (RevocationTarget target in _lifted)
            {
                if (!writer.IsNewer(target, read))
                {
                    list.Remove(target);
                }
            }

            writer.EndRead(read);
            knowledge.Read(began);
            _lastFault = null;
            _known.TrySetResult();
            return true;
        }
        catch (Exception e)
        {
            if (!_stopping.IsCancellationRequested)
            {
                Interlocked.Increment(ref _failed);
                Failed?.Invoke();
                if (_lastFault is null)
                {
                    LogFailed(e); // once, not forty times a second
                }

                _lastFault = e.GetType().Name;
            }

            return false;
        }
    }

    /// <summary>Revocations hold at once; liftings when all has been read, since a later change may revoke again. What this process said last of a target is not undone by older news.</summary>
    private void Take(RevocationChange change, long read)
    {
        if (change.Entry is not { } entry)
        {
            _lifted.Add(change.Target);
        }
        else
        {
            _lifted.Remove(change.Target);
            if (entry.ExpiresAt <= time.GetUtcNow() || writer.IsNewer(entry.Target, read))
            {
                return;
            }

            if (knowledge.IsLoaded)
            {
                stopping.RevokedElsewhere(entry);
            }
            else
            {
                list.Add(entry); // no task is opened before all is known, so there is nothing to stop
            }
        }
    }

    [LoggerMessage(EventId = 910, Level = LogLevel.Error, Message = "The revocation store could not be read; it is tried again. When that lasts longer than MaxRevocationStaleness, every call is denied.")]
    private partial void LogFailed(Exception exception);
}
