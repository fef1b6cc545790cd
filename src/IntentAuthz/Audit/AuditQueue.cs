using System.Collections.Concurrent;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Takes records without waiting and writes them in order, in batches, from one background loop. A record that was accepted is written as
/// long as the sink works; when it does not, the records wait, the queue fills, and new decisions are refused. Room is bounded in all, per
/// tenant and per task, so that one cannot starve another's audit.
/// </summary>
internal sealed partial class AuditQueue : IAsyncDisposable
{
    private const int MaxBatch = 256;
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<AuditEntry> _entries = Channel.CreateUnbounded<AuditEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<TenantId, int> _perTenant = new();
    private readonly ConcurrentDictionary<TaskId, int> _perTask = new();
    private readonly Queue<AuditEntry> _backlog = new(); // read from the channel while the sink was failing; the writing loop's own
    private readonly CancellationTokenSource _stopping = new();
    private readonly IAuditSink _sink;
    private readonly AuditQueueLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditQueue> _logger;
    private readonly Task _writing;
    private int _waiting;
    private int _failing;
    private Action<AgentTask>? _onOutcomeLost;

    internal AuditQueue(IAuditSink sink, AuditQueueLimits limits, TimeProvider time, ILogger<AuditQueue> logger)
    {
        _sink = sink;
        _limits = limits;
        _time = time;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether the sink refused the newest batch: what a health check shows.</summary>
    internal bool IsFailing => Volatile.Read(ref _failing) != 0;

    /// <summary>Calls this for each task an outcome of which could not be written at once.</summary>
    internal void OnOutcomeLost(Action<AgentTask> suspend) => _onOutcomeLost = suspend;

    /// <summary>Accepts the record of a call, or says that there is no room.</summary>
    internal bool TryAccept(AuditRecord record, AgentTask? task) => Accept(record, record.Tenant, task, mustWait: false, share: 1) is not null;

    /// <summary>
    /// Accepts the record of something that is done already, such as a revocation, which waits for no room. Such records have as much room
    /// again as calls have; one that does not fit even there is lost, and that is logged.
    /// </summary>
    internal void Note(AuditRecord record)
    {
        if (Accept(record, record.Tenant, task: null, mustWait: false, share: 2) is null)
        {
            LogNoRoom(record.Kind, record.Action ?? record.ReasonCode);
        }
    }

    /// <summary>Accepts a record and waits until the sink has it. False when there is no room or it was not written in time.</summary>
    internal async ValueTask<bool> WriteDurablyAsync(AuditRecord record, AgentTask? task, TimeSpan timeout, CancellationToken cancellationToken)
    {
        AuditEntry? entry = Accept(record, record.Tenant, task, mustWait: true, share: 1);
        if (entry is null)
        {
            return false;
        }

        try
        {
            return await entry.Written!.Task.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits until everything accepted so far is written, or the time is up.</summary>
    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> marker;
        AuditEntry entry = new(AuditFlushMarker.Record, null, null, mustWait: true);
        marker = entry.Written!;
        Interlocked.Increment(ref _waiting);
        if (_entries.Writer.TryWrite(entry))
        {
            await marker.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Release(entry);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _stopping.CancelAfter(_limits.ShutdownTimeout);
        await _writing.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private AuditEntry? Accept(AuditRecord record, TenantId? tenant, AgentTask? task, bool mustWait, int share)
    {
        if (Interlocked.Increment(ref _waiting) > _limits.Total * (long)share)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        if (!TryTakeRoom(tenant, task, share))
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        AuditEntry entry = new(record, tenant, task, mustWait);
        if (_entries.Writer.TryWrite(entry))
        {
            if (IsFailing)
            {
                SuspendTaskOf(entry);
            }

            return entry;
        }

        Release(entry);
        return null;
    }

    private bool TryTakeRoom(TenantId? tenant, AgentTask? task, int share)
    {
        if (tenant is { } owner && !TryTake(_perTenant, owner, _limits.PerTenant * (long)share))
        {
            return false;
        }

        if (task is null || TryTake(_perTask, task.Id, _limits.PerTask))
        {
            return true;
        }

        GiveBackTenant(tenant);
        return false;
    }

    private void GiveBackTenant(TenantId? tenant)
    {
        if (tenant is { } owner)
        {
            GiveBack(_perTenant, owner);
        }
    }

    private static bool TryTake<TKey>(ConcurrentDictionary<TKey, int> counts, TKey key, long limit)
        where TKey : notnull
    {
        while (true)
        {
            if (!counts.TryGetValue(key, out int count))
            {
                if (counts.TryAdd(key, 1))
                {
                    return true;
                }
            }
            else if (count >= limit)
            {
                return false;
            }
            else if (counts.TryUpdate(key, count + 1, count))
            {
                return true;
            }
        }
    }

    private static void GiveBack<TKey>(ConcurrentDictionary<TKey, int> counts, TKey key)
        where TKey : notnull
    {
        while (counts.TryGetValue(key, out int count))
        {
            bool done = count <= 1
                ? counts.TryRemove(KeyValuePair.Create(key, count))
                : counts.TryUpdate(key, count - 1, count);
            if (done)
            {
                return;
            }
        }
    }

    private void Release(AuditEntry entry)
    {
        Interlocked.Decrement(ref _waiting);
        if (entry.Task is { } task)
        {
            GiveBack(_perTask, task.Id);
        }

        GiveBackTenant(entry.Tenant);
    }

    private async Task WriteAllAsync()
    {
        List<AuditEntry> batch = new(MaxBatch);
        List<AuditRecord> records = new(MaxBatch);
        while (_backlog.Count > 0 || await _entries.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            batch.Clear();
            records.Clear();
            while (batch.Count < MaxBatch && (_backlog.TryDequeue(out AuditEntry? entry) || _entries.Reader.TryRead(out entry)))
            {
                batch.Add(entry);
                if (!ReferenceEquals(entry.Record, AuditFlushMarker.Record))
                {
                    records.Add(entry.Record);
                }
            }

            bool written = records.Count == 0 || await WriteBatchAsync(batch, records.ToArray()).ConfigureAwait(false);
            foreach (AuditEntry entry in batch)
            {
                entry.Written?.TrySetResult(written);
                Release(entry);
            }
        }
    }

    /// <summary>Tries until the sink takes the batch; gives up only when the library is shut down.</summary>
    private async Task<bool> WriteBatchAsync(List<AuditEntry> batch, AuditRecord[] records)
    {
        TimeSpan delay = s_firstRetry;
        while (true)
        {
            try
            {
                // A sink that hangs is left behind when shutting down has waited long enough.
                await _sink.WriteAsync(records, _stopping.Token).AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Exchange(ref _failing, 0) != 0)
                {
                    LogRecovered();
                }

                return true;
            }
            catch (Exception e)
            {
                if (Interlocked.Exchange(ref _failing, 1) == 0)
                {
                    LogFailed(e);
                    SuspendTasksOf(batch);
                }

                if (_stopping.IsCancellationRequested)
                {
                    LogLost(records.Length);
                    return false;
                }
            }

            try
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                LogLost(records.Length);
                return false;
            }

            delay = delay * 2 < s_longestRetry ? delay * 2 : s_longestRetry;
        }
    }

    /// <summary>
    /// Suspends the tasks of all outcomes that wait, those behind the failed batch too. What is accepted from here on is seen by
    /// <see cref="Accept"/>, since the failure was noted before this looks.
    /// </summary>
    private void SuspendTasksOf(List<AuditEntry> batch)
    {
        while (_entries.Reader.TryRead(out AuditEntry? behind))
        {
            _backlog.Enqueue(behind);
        }

        foreach (AuditEntry entry in batch.Concat(_backlog))
        {
            SuspendTaskOf(entry);
        }
    }

    private void SuspendTaskOf(AuditEntry entry)
    {
        if (entry is { Task: { } task, Record.Kind: AuditKind.Outcome })
        {
            _onOutcomeLost?.Invoke(task);
        }
    }

    [LoggerMessage(EventId = 200, Level = LogLevel.Critical, Message = "Audit records cannot be written; new decisions are refused once the queue is full, and high-risk calls at once.")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventId = 203, Level = LogLevel.Critical, Message = "No room for the audit record of {Kind} {Action}; it is lost. Check the audit sink.")]
    private partial void LogNoRoom(AuditKind kind, string action);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Audit records are written again.")]
    private partial void LogRecovered();

    [LoggerMessage(EventId = 202, Level = LogLevel.Critical, Message = "{Count} audit records were lost at shutdown since the sink did not take them.")]
    private partial void LogLost(int count);
}
