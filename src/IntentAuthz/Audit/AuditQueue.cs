using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
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

    /// <summary>
    /// How long records gather before they are written, when nobody waits for them. Waking the writing loop costs the caller some ten
    /// microseconds, several times what deciding does; gathered, a call pays for it once in hundreds. Real time, whatever clock the host
    /// has: it changes when records are written, not what they say.
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<AuditEntry> _entries = Channel.CreateUnbounded<AuditEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<TenantId, StrongBox<int>> _perTenant = new(); // never shrinks: an entry a tenant of the host
    private readonly Queue<AuditEntry> _backlog = new(); // read from the channel while the sink was failing; the writing loop's own
    private readonly SemaphoreSlim _hurry = new(0); // ends a linger early
    private readonly CancellationTokenSource _stopping = new();
    private readonly IAuditSink _sink;
    private readonly ArgumentsHasher _hasher;
    private readonly AuditQueueLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditQueue> _logger;
    private readonly Task _writing;
    private int _waiting;
    private int _failing;
    private Action<AgentTask>? _onOutcomeLost;

    internal AuditQueue(IAuditSink sink, ArgumentsHasher hasher, AuditQueueLimits limits, TimeProvider time, ILogger<AuditQueue> logger)
    {
        _sink = sink;
        _hasher = hasher;
        _limits = limits;
        _time = time;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether the sink refused the newest batch: what a health check shows.</summary>
    internal bool IsFailing => Volatile.Read(ref _failing) != 0;

    /// <summary>How many records are accepted and not written.</summary>
    internal int WaitingCount => Volatile.Read(ref _waiting);

    /// <summary>Calls this for each task an outcome of which could not be written at once.</summary>
    internal void OnOutcomeLost(Action<AgentTask> suspend) => _onOutcomeLost = suspend;

    /// <summary>Accepts the record of a call, or says that there is no room.</summary>
    internal bool TryAccept(AuditRecord record, AgentTask? task, JsonElement? arguments = null) =>
        Accept(record, task, arguments, mustWait: false, share: 1) is not null;

    /// <summary>
    /// Accepts the record of something that is done already, such as a revocation, which waits for no room. Such records have as much room
    /// again as calls have; one that does not fit even there is lost, and that is logged.
    /// </summary>
    internal void Note(AuditRecord record)
    {
        if (Accept(record, task: null, arguments: null, mustWait: false, share: 2) is null)
        {
            LogNoRoom(record.Kind, record.Action ?? record.ReasonCode);
        }
    }

    /// <summary>Accepts a record and waits until the sink has it. False when there is no room or it was not written in time.</summary>
    internal async ValueTask<bool> WriteDurablyAsync(
        AuditRecord record, AgentTask? task, JsonElement? arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        AuditEntry? entry = Accept(record, task, arguments, mustWait: true, share: 1);
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
        AuditEntry entry = new(AuditFlushMarker.Record, null, null, mustWait: true);
        Interlocked.Increment(ref _waiting);
        if (_entries.Writer.TryWrite(entry))
        {
            _hurry.Release();
            await entry.Written!.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _hurry.Release();
        _stopping.CancelAfter(_limits.ShutdownTimeout);
        await _writing.ConfigureAwait(false);
        _stopping.Dispose();
        _hurry.Dispose();
    }

    private AuditEntry? Accept(AuditRecord record, AgentTask? task, JsonElement? arguments, bool mustWait, int share)
    {
        int waiting = Interlocked.Increment(ref _waiting);
        if (waiting > _limits.Total * (long)share)
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        if (!TryTakeRoom(record.Tenant, task, share))
        {
            Interlocked.Decrement(ref _waiting);
            return null;
        }

        AuditEntry entry = new(record, task, arguments, mustWait);
        if (_entries.Writer.TryWrite(entry))
        {
            if (mustWait || waiting % MaxBatch == 0)
            {
                _hurry.Release();
            }

            if (IsFailing)
            {
                SuspendTaskOf(entry);
            }

            return entry;
        }

        Release(entry);
        return null;
    }

    private bool TryTakeRoom(TenantId? owner, AgentTask? task, int share)
    {
        StrongBox<int>? tenant = OfTenant(owner);
        if (tenant is not null && Interlocked.Increment(ref tenant.Value) > _limits.PerTenant * (long)share)
        {
            Interlocked.Decrement(ref tenant.Value);
            return false;
        }

        if (task is not null && Interlocked.Increment(ref task.AuditRecordsWaiting) > _limits.PerTask)
        {
            Interlocked.Decrement(ref task.AuditRecordsWaiting);
            GiveBack(tenant);
            return false;
        }

        return true;
    }

    private static void GiveBack(StrongBox<int>? tenant)
    {
        if (tenant is not null)
        {
            Interlocked.Decrement(ref tenant.Value);
        }
    }

    private StrongBox<int>? OfTenant(TenantId? tenant) =>
        tenant is { } owner ? _perTenant.GetOrAdd(owner, static _ => new StrongBox<int>()) : null;

    private void Release(AuditEntry entry)
    {
        Interlocked.Decrement(ref _waiting);
        if (ReferenceEquals(entry.Record, AuditFlushMarker.Record))
        {
            return;
        }

        GiveBack(OfTenant(entry.Record.Tenant));
        if (entry.Task is { } task)
        {
            Interlocked.Decrement(ref task.AuditRecordsWaiting);
        }
    }

    private async Task WriteAllAsync()
    {
        List<AuditEntry> batch = new(MaxBatch);
        List<AuditRecord> records = new(MaxBatch);
        while (_backlog.Count > 0 || _entries.Reader.TryPeek(out _) || await WaitForRecordsAsync().ConfigureAwait(false))
        {
            batch.Clear();
            records.Clear();
            while (batch.Count < MaxBatch && (_backlog.TryDequeue(out AuditEntry? entry) || _entries.Reader.TryRead(out entry)))
            {
                batch.Add(entry);
                AddDigest(entry);

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

    /// <summary>Waits for the first record and lets others gather behind it. False when the queue is closed and empty.</summary>
    private async ValueTask<bool> WaitForRecordsAsync()
    {
        if (!await _entries.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        await _hurry.WaitAsync(s_linger).ConfigureAwait(false);
        while (_hurry.CurrentCount > 0)
        {
            _hurry.Wait(0, CancellationToken.None);
        }

        return true;
    }

    private void AddDigest(AuditEntry entry)
    {
        if (entry.Arguments is not { } arguments)
        {
            return;
        }

        try
        {
            entry.Record.ArgumentsDigest = _hasher.Hash(entry.Record.Tenant, arguments);
        }
        catch (Exception e)
        {
            // One record without a digest is better than a writing loop that ends here and an audit that is never written again.
            LogNoDigest(e, entry.Record.Call);
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
                ValueTask writing = _sink.WriteAsync(records, _stopping.Token);
                if (!writing.IsCompletedSuccessfully)
                {
                    // A sink that hangs is left behind when shutting down has waited long enough.
                    await writing.AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                }

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

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "The audit record of call {Call} has no argument digest, since making it failed.")]
    private partial void LogNoDigest(Exception exception, CallId? call);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Audit records are written again.")]
    private partial void LogRecovered();

    [LoggerMessage(EventId = 202, Level = LogLevel.Critical, Message = "{Count} audit records were lost at shutdown since the sink did not take them.")]
    private partial void LogLost(int count);
}
