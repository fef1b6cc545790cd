using System.Text.Json;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Takes records without waiting and writes them in order, in batches, from one background loop. A record that was accepted is written as
/// long as the sink works; when it does not, the records wait, the queue fills, and new decisions are refused.
/// </summary>
internal sealed partial class AuditQueue : IAsyncDisposable
{
    /// <summary>The most records that are written at once: each batch costs the disk one wait, and what comes while one is written is the next.</summary>
    private const int MaxBatch = 4096;

    /// <summary>At how many records that gathered the loop is woken.</summary>
    private const int Gathered = 256;

    /// <summary>From how many waiting records on callers make the digests of their own.</summary>
    internal const int Crowded = 2048;

    /// <summary>
    /// How long records gather before they are written, when nobody waits for them. Waking the writing loop costs the caller some ten
    /// microseconds, several times what deciding does; gathered, a call pays for it once in hundreds. Real time, whatever clock the host
    /// has: it changes when records are written, not what they say.
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_betweenDropped = TimeSpan.FromMinutes(1);

    private readonly Channel<AuditEntry> _entries = Channel.CreateUnbounded<AuditEntry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Queue<AuditEntry> _backlog = new(); // read from the channel while the sink was failing; the writing loop's own
    private readonly SemaphoreSlim _hurry = new(0); // ends a linger early
    private readonly CancellationTokenSource _stopping = new();
    private readonly IAuditSink _sink;
    private readonly AuditArguments _arguments;
    private readonly AuditQueueLimits _limits;
    private readonly AuditRoom _room;
    private readonly AuditWait _wait;
    private readonly TimeProvider _time;
    private readonly ILogger<AuditQueue> _logger;
    private readonly Task _writing;
    private int _failing;
    private long _dropped;
    private long _droppedToldAt; // a timestamp; 0 before the first time
    private string? _fault;
    private Action<AgentTask>? _onOutcomeLost;

    internal AuditQueue(IAuditSink sink, AuditArguments arguments, AuditQueueLimits limits, TimeProvider time, ILogger<AuditQueue> logger)
    {
        _sink = sink;
        _arguments = arguments;
        _limits = limits;
        _room = new AuditRoom(limits);
        _wait = new AuditWait(time);
        _wait.SeenEmpty();
        _time = time;
        _logger = logger;
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Whether the sink refused the newest batch.</summary>
    internal bool IsFailing => Volatile.Read(ref _failing) != 0;

    /// <summary>What health checks and metrics show.</summary>
    internal AuditStatus GetStatus() => new(_room.Waiting, IsFailing, _room.IsFull, _wait.IsOver(_limits.Late));

    /// <summary>How many records were not accepted, for lack of room or since the queue is closed.</summary>
    internal long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>Whether so many records wait that callers make the digests of their own, with <see cref="AddDigest"/>.</summary>
    internal bool IsCrowded => _room.Waiting >= Crowded;

    /// <summary>What the sink said when it refused the newest batch; null while it takes them.</summary>
    internal string? Fault => Volatile.Read(ref _fault);

    /// <summary>Calls this for each task an outcome of which could not be written at once.</summary>
    internal void OnOutcomeLost(Action<AgentTask> suspend) => _onOutcomeLost = suspend;

    /// <summary>Why a record was not accepted or not written, for people.</summary>
    internal string WhyNot =>
        Fault is { } fault ? $"The sink refuses records: {fault}"
        : _room.IsFull ? $"{_limits.Total} records wait for the sink already (IntentAuthzOptions.AuditQueueCapacity)."
        : "The sink did not take the record in time (IntentAuthzOptions.DurableAuditTimeout), or the task or tenant has too many waiting (AuditQueuePerTask, AuditQueuePerTenant).";

    /// <summary>Adds the digest of its arguments to a record that is about to be handed in.</summary>
    internal void AddDigest(AuditRecord record, ReadOnlyMemory<byte> arguments)
    {
        if (!arguments.IsEmpty)
        {
            _arguments.AddDigest(record, arguments);
        }
    }

    /// <summary>Accepts the record of a call, or says that there is no room.</summary>
    internal bool TryAccept(AuditRecord record, AgentTask? task, ToolDescriptor? tool = null, ReadOnlyMemory<byte> arguments = default) =>
        Accept(record, task, tool, arguments, written: null, share: 1);

    /// <summary>
    /// Accepts the record of something that is done already, such as a revocation, which waits for no room. Such records have as much room
    /// again as calls have; one that does not fit even there is lost, and that is logged.
    /// </summary>
    internal void Note(AuditRecord record)
    {
        if (!Accept(record, task: null, tool: null, arguments: default, written: null, share: 2))
        {
            LogNoRoom(record.Kind, record.Action ?? record.ReasonCode);
        }
    }

    /// <summary>
    /// Accepts a record and waits until the sink has it. False when there is no room, when it was not written in time, and at once while the sink
    /// refuses what came before: waiting for it would only hold the caller.
    /// </summary>
    internal async ValueTask<bool> WriteDurablyAsync(
        AuditRecord record, AgentTask? task, ToolDescriptor? tool, ReadOnlyMemory<byte> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (IsFailing)
        {
            return false;
        }

        TaskCompletionSource<bool> written = Waiting();
        if (!Accept(record, task, tool, arguments, written, share: 1))
        {
            return false;
        }

        try
        {
            return await written.Task.WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Waits until everything accepted so far is written, or the time is up.</summary>
    internal async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource<bool> written = Waiting();
        _room.Take();
        if (_entries.Writer.TryWrite(new AuditEntry(AuditFlushMarker.Record, null, null, default, written)))
        {
            _hurry.Release();
            await written.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _room.GiveBack(tenant: null, task: null, 1);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _hurry.Release();
        _stopping.CancelAfter(_limits.ShutdownTimeout);
        await _writing.ConfigureAwait(false);
        _arguments.Dispose();
        _stopping.Dispose();
        _hurry.Dispose();
    }

    private static TaskCompletionSource<bool> Waiting() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool Accept(AuditRecord record, AgentTask? task, ToolDescriptor? tool, ReadOnlyMemory<byte> arguments, TaskCompletionSource<bool>? written, int share)
    {
        int waiting = _room.TryTake(record.Tenant, task, share);
        if (waiting == 0)
        {
            Dropped(record);
            return false;
        }

        AuditEntry entry = new(record, task, tool, arguments, written);
        if (_entries.Writer.TryWrite(entry))
        {
            if (written is not null || waiting % Gathered == 0)
            {
                _hurry.Release();
            }

            if (IsFailing)
            {
                SuspendTaskOf(entry);
            }

            return true;
        }

        _room.GiveBack(record.Tenant, task, 1);
        Dropped(record);
        return false;
    }

    /// <summary>Counts a record that is not accepted. That of a permit keeps its call from running; a denial stands, and this is all that is left of it.</summary>
    private void Dropped(AuditRecord record)
    {
        long dropped = Interlocked.Increment(ref _dropped), now = _time.GetTimestamp(), told = Volatile.Read(ref _droppedToldAt);
        if ((told == 0 || _time.GetElapsedTime(told, now) >= s_betweenDropped) && Interlocked.CompareExchange(ref _droppedToldAt, now, told) == told)
        {
            LogDropped(dropped, record.Kind, record.ReasonCode, record.Tenant?.Value);
        }
    }

    private async Task WriteAllAsync()
    {
        AuditBatch batch = new(MaxBatch), next = new(MaxBatch);
        while (batch.Count > 0 || _backlog.Count > 0 || _entries.Reader.TryPeek(out _) || await WaitForRecordsAsync().ConfigureAwait(false))
        {
            Fill(batch, until: null);
            bool written = true;
            if (batch.Records.Count > 0)
            {
                _wait.Writing(batch.Since); // before the sink is called, which may hold this thread
                ReadOnlyMemory<AuditRecord> records = batch.Records.ToArray(); // the sink's own: one that is left behind may still hold it
                Task<Exception?> writing = TryWriteAsync(records);
                Fill(next, until: writing); // digests are made while the disk is waited for
                written = await writing.ConfigureAwait(false) is not { } fault || await InsistAsync(batch, next, records, fault).ConfigureAwait(false);
                Recovered(written);
                _wait.Written();
            }

            _room.GiveBack(batch.Entries); // before anybody is told, who may look at the counts then
            foreach (AuditEntry entry in batch.Entries)
            {
                entry.Written?.TrySetResult(written);
            }

            batch.Clear();
            (batch, next) = (next, batch);
        }
    }

    private void Fill(AuditBatch batch, Task? until)
    {
        if (batch.Count == 0)
        {
            batch.Since = _wait.Since;
        }

        int before = batch.Count;
        while (until is not { IsCompleted: true } && !batch.IsFull)
        {
            if (!_backlog.TryDequeue(out AuditEntry entry) && !_entries.Reader.TryRead(out entry))
            {
                _wait.SeenEmpty();
                return;
            }

            batch.Add(entry, Completed(entry));
        }

        _wait.Took(batch.Count - before, _room.Waiting);
    }

    /// <summary>The record as it is to be written. A fault costs its digest, or at worst the record: better than a writing loop that ends here and an audit that is never written again.</summary>
    private AuditRecord Completed(in AuditEntry entry)
    {
        try
        {
            AuditRecord completed = _arguments.Complete(entry, out Exception? fault);
            if (fault is not null)
            {
                LogNoDigest(fault, completed.Call);
            }

            return completed;
        }
        catch (Exception e)
        {
            LogNoDigest(e, entry.Record.Call);
            return AuditBounds.Withheld(entry.Record, "The record could not be made ready to be written, so it is withheld. See the log.");
        }
    }

    /// <summary>Waits for the first record and lets others gather behind it. False when the queue is closed and empty.</summary>
    private async ValueTask<bool> WaitForRecordsAsync()
    {
        if (!await _entries.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            return false;
        }

        _wait.SeenEmpty();
        await _hurry.WaitAsync(s_linger).ConfigureAwait(false);
        while (_hurry.CurrentCount > 0)
        {
            _hurry.Wait(0, CancellationToken.None);
        }

        return true;
    }

    /// <summary>What the sink threw; null when it has the records.</summary>
    private async Task<Exception?> TryWriteAsync(ReadOnlyMemory<AuditRecord> records)
    {
        try
        {
            ValueTask writing = _sink.WriteAsync(records, _stopping.Token);
            if (!writing.IsCompletedSuccessfully)
            {
                // A sink that hangs is left behind when shutting down has waited long enough.
                await writing.AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>Tries until the sink takes the batch; gives up only when the library is shut down.</summary>
    private async Task<bool> InsistAsync(AuditBatch batch, AuditBatch next, ReadOnlyMemory<AuditRecord> records, Exception fault)
    {
        Volatile.Write(ref _fault, InWords(fault));
        if (Interlocked.Exchange(ref _failing, 1) == 0)
        {
            LogFailed(fault);
            SuspendTasksOf(batch, next);
        }

        for (TimeSpan delay = s_firstRetry; !_stopping.IsCancellationRequested; delay = delay * 2 < s_longestRetry ? delay * 2 : s_longestRetry)
        {
            try
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            if (await TryWriteAsync(records).ConfigureAwait(false) is not { } again)
            {
                return true;
            }

            Volatile.Write(ref _fault, InWords(again));
        }

        LogLost(records.Length);
        return false;
    }

    /// <summary>What the file system or our own sinks say names no record's content; what others throw may.</summary>
    private static string InWords(Exception fault) => fault is IOException or UnauthorizedAccessException ? fault.Message : $"{fault.GetType().Name}; see the log.";

    private void Recovered(bool written)
    {
        if (written && Interlocked.Exchange(ref _failing, 0) != 0)
        {
            Volatile.Write(ref _fault, null);
            LogRecovered();
        }
    }

    /// <summary>
    /// Suspends the tasks of all outcomes that wait, those behind the failed batch too. What is accepted from here on is seen by
    /// <see cref="Accept"/>, since the failure was noted before this looks.
    /// </summary>
    private void SuspendTasksOf(AuditBatch batch, AuditBatch next)
    {
        while (_entries.Reader.TryRead(out AuditEntry behind))
        {
            _backlog.Enqueue(behind);
        }

        foreach (AuditEntry entry in batch.Entries.Concat(next.Entries).Concat(_backlog))
        {
            SuspendTaskOf(entry);
        }
    }

    private void SuspendTaskOf(in AuditEntry entry)
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

    [LoggerMessage(EventId = 207, Level = LogLevel.Error, Message = "The audit has no room: {Count} records were not accepted so far, the newest of a {Kind} ({Reason}) of tenant {Tenant}. Calls that it would have permitted do not run; denials and outcomes among them are not recorded. This is said once a minute at most.")]
    private partial void LogDropped(long count, AuditKind kind, string reason, string? tenant);

    [LoggerMessage(EventId = 204, Level = LogLevel.Error, Message = "The audit record of call {Call} has no argument digest, since making it failed.")]
    private partial void LogNoDigest(Exception exception, CallId? call);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information, Message = "Audit records are written again.")]
    private partial void LogRecovered();

    [LoggerMessage(EventId = 202, Level = LogLevel.Critical, Message = "{Count} audit records were lost at shutdown since the sink did not take them.")]
    private partial void LogLost(int count);
}
