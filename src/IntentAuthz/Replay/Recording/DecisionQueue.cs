using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Takes decisions without waiting and hands them to the store in batches, from one background loop. Room is bounded by what they take of memory,
/// in all and per tenant, so that one cannot crowd out another. What finds no room is lost, and counted. A store that fails is tried again and
/// again; meanwhile the queue fills.
/// </summary>
internal sealed partial class DecisionQueue : IAsyncDisposable
{
    private const int MaxBatch = 4096;
    private const int TenantShare = 4; // a tenant may have a fourth of the room

    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(50); // real time: it changes when decisions are written, not what they say
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<RecordedDecision> _decisions = Channel.CreateUnbounded<RecordedDecision>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<TenantId, StrongBox<long>> _perTenant = new(); // never shrinks: an entry a tenant of the host
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _closing = new(); // ends a linger early
    private readonly IDecisionStore _store;
    private readonly long _room;
    private readonly TimeSpan _shutdownTimeout;
    private readonly TimeProvider _time;
    private readonly ILogger<DecisionQueue> _logger;
    private readonly Action<long> _onLost;
    private readonly Task _writing;
    private long _weight;
    private long _accepted;
    private long _settled; // written or lost after they were accepted
    private int _hasLost;

    internal DecisionQueue(
        IDecisionStore store, long room, TimeSpan shutdownTimeout, Action<long> onLost, TimeProvider time, ILogger<DecisionQueue> logger)
    {
        _store = store;
        _room = room;
        _shutdownTimeout = shutdownTimeout;
        _onLost = onLost;
        _time = time;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Takes a decision, or says that there is no room; then it is counted as lost.</summary>
    internal bool TryAccept(RecordedDecision decision)
    {
        StrongBox<long> tenant = _perTenant.GetOrAdd(decision.Tenant, static _ => new StrongBox<long>());
        long ofTenant = Interlocked.Add(ref tenant.Value, decision.Weight);
        long inAll = Interlocked.Add(ref _weight, decision.Weight);
        if (inAll <= _room && ofTenant <= _room / TenantShare && _decisions.Writer.TryWrite(decision))
        {
            Interlocked.Increment(ref _accepted);
            return true;
        }

        Release(decision);
        Lose(exception: null);
        return false;
    }

    /// <summary>Counts a decision that is not kept. The first is logged, and the first after things went well again.</summary>
    internal void Lose(Exception? exception)
    {
        _onLost(1);
        if (Interlocked.Exchange(ref _hasLost, 1) == 0)
        {
            LogLosing(exception);
        }
    }

    /// <summary>Waits until what was accepted so far is written or lost.</summary>
    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        long accepted = Interlocked.Read(ref _accepted);
        while (Interlocked.Read(ref _settled) < accepted)
        {
            await Task.Delay(5, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _decisions.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        _stopping.CancelAfter(_shutdownTimeout);
        await _writing.ConfigureAwait(false);
        _stopping.Dispose();
        _closing.Dispose();
    }

    private void Release(RecordedDecision decision)
    {
        Interlocked.Add(ref _perTenant[decision.Tenant].Value, -decision.Weight);
        Interlocked.Add(ref _weight, -decision.Weight);
    }

    private async Task WriteAllAsync()
    {
        RecordedDecision[] batch = new RecordedDecision[MaxBatch];
        while (await _decisions.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            await LingerAsync().ConfigureAwait(false);
            int count = 0;
            while (count < MaxBatch && _decisions.Reader.TryRead(out RecordedDecision? decision))
            {
                batch[count++] = decision;
            }

            bool isWritten = await WriteAsync(batch.AsMemory(0, count)).ConfigureAwait(false);
            for (int i = 0; i < count; i++)
            {
                Release(batch[i]);
            }

            Array.Clear(batch, 0, count);
            Interlocked.Add(ref _settled, count);
            if (isWritten)
            {
                Volatile.Write(ref _hasLost, 0);
            }
            else
            {
                _onLost(count);
            }
        }
    }

    private async Task LingerAsync()
    {
        if (Interlocked.Read(ref _accepted) - Interlocked.Read(ref _settled) < MaxBatch && !_closing.IsCancellationRequested)
        {
            await Task.Delay(s_linger, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Tries until the store takes the batch; gives up only when the library is shut down.</summary>
    private async Task<bool> WriteAsync(ReadOnlyMemory<RecordedDecision> batch)
    {
        TimeSpan delay = s_firstRetry;
        bool hasFailed = false;
        while (true)
        {
            try
            {
                ValueTask writing = _store.AppendAsync(batch, _stopping.Token);
                if (!writing.IsCompletedSuccessfully)
                {
                    await writing.AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                }

                if (hasFailed)
                {
                    LogRecovered();
                }

                return true;
            }
            catch (Exception e)
            {
                if (!hasFailed)
                {
                    hasFailed = true;
                    LogFailed(e);
                }
            }

            if (_stopping.IsCancellationRequested)
            {
                LogLost(batch.Length);
                return false;
            }

            await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = delay * 2 < s_longestRetry ? delay * 2 : s_longestRetry;
        }
    }

    [LoggerMessage(EventId = 220, Level = LogLevel.Error, Message = "Decisions cannot be kept for replay; they are lost once the queue is full. The store is tried again.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventId = 221, Level = LogLevel.Error, Message = "A decision was not kept for replay; the metric intentauthz.decisions.lost counts how many.")]
    private partial void LogLosing(Exception? exception);

    [LoggerMessage(EventId = 222, Level = LogLevel.Information, Message = "Decisions are kept for replay again.")]
    private partial void LogRecovered();

    [LoggerMessage(EventId = 223, Level = LogLevel.Error, Message = "{Count} decisions were not kept for replay since the store did not take them before the shutdown's time was up.")]
    private partial void LogLost(int count);
}
