using System.Collections.Concurrent;
using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>Keeps root tasks in a store: adds and claims them in bounded time, and knows which of them the store is behind on.</summary>
internal sealed partial class TaskKeeping : IAsyncDisposable
{
    private static readonly TimeSpan s_atShutdown = TimeSpan.FromSeconds(2); // for all that is left
    private static readonly TimeSpan s_sweepAgain = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_betweenSweeps = TimeSpan.FromMilliseconds(100); // thousands may be revoked in a row

    private readonly ConcurrentDictionary<TaskJournal, Task> _writing = new();
    private readonly ConcurrentDictionary<TaskJournal, bool> _behind = new();
    private readonly ConcurrentDictionary<Task, bool> _looks = new(); // that read held tasks before something is revoked
    private readonly CancellationTokenSource _stopping = new();
    private readonly RevocationList _revoked;
    private readonly byte[]? _key;
    private readonly ILogger<TaskKeeping> _logger;
    private int _sweepsAsked;
    private int _isSweeping = 1; // until it is known what is revoked: all of that is read entry by entry
    private long _failed;
    private volatile string? _lastFault;

    internal TaskKeeping(ITaskStore store, RevocationList revoked, byte[]? key, TimeSpan timeout, TimeProvider time, ILogger<TaskKeeping> logger)
    {
        Store = store;
        Timeout = timeout;
        Time = time;
        _revoked = revoked;
        _key = key;
        _logger = logger;
    }

    internal ITaskStore Store { get; }

    /// <summary>How long anybody waits for the store.</summary>
    internal TimeSpan Timeout { get; }

    internal TimeProvider Time { get; }

    internal bool IsStopping => _stopping.IsCancellationRequested;

    internal TaskStoreStatus Status => new()
    {
        IsDurable = true,
        TasksBehind = _behind.Count,
        FailedWrites = Interlocked.Read(ref _failed),
        LastFault = _behind.IsEmpty ? null : _lastFault,
    };

    internal string DigestOf(TaskId task, TaskRequest request, MandateProposal? proposal) => RequestDigest.Of(task, request, proposal, _key);

    /// <summary>Writes a new task down. When it cannot be, it is taken out again should the store have taken it.</summary>
    internal async ValueTask<bool> TryAddAsync(AgentTask task)
    {
        TaskJournal journal = task.Journal!;
        TaskRecord record = TaskFacts.RecordOf(task, DigestOf(task.Id, task.Request, task.Proposal), journal.TakeForAdding(), Time);
        Task adding = Task.Run(async () => await Store.AddAsync(record, CancellationToken.None).ConfigureAwait(false));
        try
        {
            await adding.WaitAsync(Timeout, Time).ConfigureAwait(false);
            journal.Added();
            return true;
        }
        catch (Exception e)
        {
            Interlocked.Increment(ref _failed);
            _lastFault = e.GetType().Name;
            LogFailed(e, task.Id);
            _ = journal.End();
            _ = adding.ContinueWith(_ => journal.Added(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return false;
        }
    }

    /// <summary>Takes a task that nobody holds. One that the store hands over too late is given back.</summary>
    internal async ValueTask<TaskRecord?> ClaimAsync(TenantId tenant, TaskId id, string digest)
    {
        Task<TaskRecord?> claiming = Task.Run(async () => await Store.ClaimAsync(tenant, id, digest, CancellationToken.None).ConfigureAwait(false));
        try
        {
            return await claiming.WaitAsync(Timeout, Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _ = GiveBackLateAsync(claiming, id);
            throw;
        }
    }

    /// <summary>Gives back a task that does not run after all, until it is given back.</summary>
    internal void GiveBack(TaskId id) => _ = GiveBackAsync(id);

    /// <summary>The tasks nobody holds, but for those that rest on something revoked.</summary>
    internal async ValueTask<ImmutableArray<TaskRecord>> ReadHeldAsync(TenantId? tenant, CancellationToken cancellationToken) =>
        [.. (await Store.ReadHeldAsync(tenant, cancellationToken).ConfigureAwait(false)).Where(r => !CoversAny(r))];

    /// <summary>
    /// Removes the tasks nobody holds that rest on something revoked, in the background: what was revoked stays ended when the revocation is
    /// lifted, and no process is there that would end them.
    /// </summary>
    internal void EndRevoked()
    {
        Interlocked.Increment(ref _sweepsAsked);
        if (!IsStopping && Interlocked.Exchange(ref _isSweeping, 1) == 0)
        {
            _ = Task.Run(SweepAsync);
        }
    }

    /// <summary>Removes nothing that rests on what is revoked from here on before a look at it is over. The look ends by itself, and does not throw.</summary>
    internal void WaitFor(Task look)
    {
        _looks[look] = true;
        look.ContinueWith(static (over, looks) => ((ConcurrentDictionary<Task, bool>)looks!).TryRemove(over, out _), _looks, TaskScheduler.Default);
    }

    /// <summary>Looks for tasks of processes that have ended, once it is known what is revoked.</summary>
    internal async Task StartAsync(Task known)
    {
        try
        {
            await known.WaitAsync(_stopping.Token).ConfigureAwait(false);
            Volatile.Write(ref _isSweeping, 0);
            EndRevoked();
            int held = (await Store.ReadHeldAsync(null, _stopping.Token).ConfigureAwait(false)).Length;
            if (held > 0)
            {
                LogHeld(held);
            }
        }
        catch (OperationCanceledException) when (IsStopping)
        {
            // shutting down
        }
        catch (Exception e)
        {
            LogReadFailed(e);
        }
    }

    internal void Began(TaskJournal journal, Task writing) => _writing[journal] = writing;

    internal void Ended(TaskJournal journal) => _writing.TryRemove(journal, out _);

    internal void IsBehind(TaskJournal journal, Exception? fault)
    {
        _behind[journal] = true;
        _lastFault = fault?.GetType().Name ?? nameof(TimeoutException);
        Interlocked.Increment(ref _failed);
        if (!IsStopping)
        {
            LogFailed(fault, journal.Task.Id);
        }
    }

    internal void IsUpToDate(TaskJournal journal) => _behind.TryRemove(journal, out _);

    /// <summary>Between half the delay and one and a half; at once when the host shuts down.</summary>
    internal async Task WaitAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay * (0.5 + Random.Shared.NextDouble()), Time, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // shutting down
        }
    }

    /// <summary>Whether an end was written, as far as it can be said soon: taking away has happened and waits for no store.</summary>
    internal async ValueTask<bool> IsWrittenAsync(Task<bool> writing)
    {
        try
        {
            return await writing.WaitAsync(TimeSpan.FromSeconds(1), Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        Task[] writing = [.. _writing.Values];
        await Task.WhenAny(Task.WhenAll(writing), Task.Delay(s_atShutdown, CancellationToken.None)).ConfigureAwait(false);
        if (!_behind.IsEmpty)
        {
            LogLeft(_behind.Count);
        }

        // _stopping is not disposed: writes that hang still look at it.
    }

    private bool CoversAny(TaskRecord record)
    {
        foreach (RevocationTarget target in TaskFacts.RestsOn(record))
        {
            if (_revoked.Contains(target))
            {
                return true;
            }
        }

        return false;
    }

    private async Task SweepAsync()
    {
        while (!IsStopping)
        {
            int asked = Volatile.Read(ref _sweepsAsked);
            bool done = true;
            try
            {
                TaskRecord[] over = [.. (await Store.ReadHeldAsync(null, _stopping.Token).ConfigureAwait(false)).Where(CoversAny)];
                await Task.WhenAll(_looks.Keys).WaitAsync(_stopping.Token).ConfigureAwait(false); // whoever revoked any of these has begun to look before
                foreach (TaskRecord record in over)
                {
                    await Store.RemoveAsync(record.Id, _stopping.Token).ConfigureAwait(false);
                    LogEndedHeld(record.Id, record.Purpose);
                }
            }
            catch (Exception e)
            {
                if (IsStopping)
                {
                    return;
                }

                done = false;
                LogReadFailed(e);
                await WaitAsync(s_sweepAgain - s_betweenSweeps).ConfigureAwait(false);
            }

            if (done && asked == Volatile.Read(ref _sweepsAsked))
            {
                Volatile.Write(ref _isSweeping, 0);
                if (asked == Volatile.Read(ref _sweepsAsked) || Interlocked.Exchange(ref _isSweeping, 1) != 0)
                {
                    return; // nobody has asked in between, or another sweep runs for who has
                }
            }

            await WaitAsync(s_betweenSweeps).ConfigureAwait(false);
        }
    }

    private async Task GiveBackLateAsync(Task<TaskRecord?> claiming, TaskId id)
    {
        try
        {
            if (await claiming.ConfigureAwait(false) is null)
            {
                return;
            }
        }
        catch (Exception)
        {
            // It may have been claimed all the same.
        }

        await GiveBackAsync(id).ConfigureAwait(false);
    }

    private async Task GiveBackAsync(TaskId id)
    {
        while (!IsStopping)
        {
            try
            {
                await Task.Run(async () => await Store.ReleaseAsync(id, CancellationToken.None).ConfigureAwait(false)).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                LogFailed(e, id);
                await WaitAsync(s_sweepAgain).ConfigureAwait(false);
            }
        }
    }

    [LoggerMessage(EventId = 410, Level = LogLevel.Error, Message = "The state of task {Task} could not be written; its calls are denied until it is. It is tried again.")]
    private partial void LogFailed(Exception? exception, TaskId task);

    [LoggerMessage(EventId = 411, Level = LogLevel.Critical, Message = "{Count} tasks had changes that were not written before shutdown; of what they ended, the next start does not know.")]
    private partial void LogLeft(int count);

    [LoggerMessage(EventId = 412, Level = LogLevel.Warning, Message = "{Count} tasks of processes that have ended are held; restore them with TaskRegistry.RestoreAsync, or let them expire.")]
    private partial void LogHeld(int count);

    [LoggerMessage(EventId = 413, Level = LogLevel.Warning, Message = "The held task {Task} ({Purpose}) rests on something revoked; it is ended.")]
    private partial void LogEndedHeld(TaskId task, string purpose);

    [LoggerMessage(EventId = 414, Level = LogLevel.Error, Message = "Held tasks could not be read or ended; those that rest on something revoked cannot be restored all the same.")]
    private partial void LogReadFailed(Exception exception);
}
