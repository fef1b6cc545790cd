using System.Collections.Immutable;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// The incidents of this process, in memory first: an entry counts when it is added, whatever the store does. The store gets it from one
/// background loop, which tries until it is written, and is read again and again for what others add. Safe for use by many threads.
/// </summary>
internal sealed partial class IncidentBook : IAsyncDisposable
{
    /// <summary>How many closed incidents are kept in memory.</summary>
    private const int MaxClosed = 1_000;

    /// <summary>How many tasks of one incident are kept at hand, ended ones too, so that their history can still be told.</summary>
    internal const int MaxWatched = 32;
    private const int MaxUnwritten = 10_000;

    private static readonly TimeSpan s_writing = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_shutdown = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longestInterval = TimeSpan.FromSeconds(1); // while the store fails
    private static readonly TimeSpan s_sweeping = TimeSpan.FromHours(1);

    private readonly Lock _booking = new(); // protects the two that follow
    private readonly Dictionary<IncidentId, Incident> _incidents = [];
    private readonly Dictionary<IncidentId, List<AgentTask>> _watched = [];
    private readonly Channel<(IncidentEntry Entry, TaskCompletionSource<bool> Written)> _unwritten =
        Channel.CreateUnbounded<(IncidentEntry, TaskCompletionSource<bool>)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly CancellationTokenSource _stopping = new();
    private readonly IIncidentStore _store;
    private readonly IncidentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<IncidentBook> _logger;
    private Task _writingLoop = Task.CompletedTask;
    private Task _readingLoop = Task.CompletedTask;
    private int _waiting;
    private bool _isReadingFailing;

    internal IncidentBook(IIncidentStore store, IncidentOptions options, TimeProvider time, ILogger<IncidentBook> logger)
    {
        _store = store;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>Names this process among those that share the store.</summary>
    internal string Origin { get; } = Guid.NewGuid().ToString("N");

    internal TimeProvider Time => _time;

    /// <summary>Makes looking for an incident about something and opening one a single step, whoever opens.</summary>
    internal Lock Opening { get; } = new();

    internal bool IsDurable => _store is not InMemoryIncidentStore;

    /// <summary>Is told of each entry after it was added, with the incident before and after it, and whether another process made it just now. Does not throw, does not wait.</summary>
    internal event Action<Incident?, Incident, IncidentEntry, bool>? Added;

    /// <summary>Is told once, when what was in the store before this process began has been read. Does not throw, does not wait.</summary>
    internal event Action? Loaded;

    internal void Start()
    {
        _writingLoop = Task.Run(WriteAllAsync);
        _readingLoop = IsDurable ? Task.Run(ReadOnAsync) : Task.CompletedTask;
    }

    internal Incident? Find(IncidentId id)
    {
        lock (_booking)
        {
            return _incidents.GetValueOrDefault(id);
        }
    }

    internal ImmutableArray<Incident> Read(Func<Incident, bool> which)
    {
        lock (_booking)
        {
            return [.. _incidents.Values.Where(which)];
        }
    }

    /// <summary>The tasks that are kept at hand for an incident.</summary>
    internal ImmutableArray<AgentTask> Watched(IncidentId id)
    {
        lock (_booking)
        {
            return _watched.TryGetValue(id, out List<AgentTask>? tasks) ? [.. tasks] : [];
        }
    }

    internal void Watch(IncidentId id, IEnumerable<AgentTask> tasks)
    {
        lock (_booking)
        {
            if (_incidents.TryGetValue(id, out Incident? incident) && incident.IsOpen)
            {
                if (!_watched.TryGetValue(id, out List<AgentTask>? watched))
                {
                    _watched.Add(id, watched = []);
                }

                watched.AddRange(tasks.Except(watched).Take(MaxWatched - watched.Count));
            }
        }
    }

    /// <summary>Makes an entry of this process.</summary>
    internal IncidentEntry Entry(Incident of, IncidentEntryKind kind, string by, string text, string? data = null, string? regarding = null) => new()
    {
        Incident = of.Id, Tenant = of.Tenant, Kind = kind, At = _time.GetUtcNow(), By = by, Text = text, Data = data, Regarding = regarding, Origin = Origin,
    };

    /// <summary>Adds an entry. It counts at once; the task says, later, whether it is written.</summary>
    internal (Incident? Incident, Task<bool> Writing) Add(IncidentEntry entry)
    {
        (Incident? before, Incident? now) = Apply(entry);
        if (now is null)
        {
            return (null, Task.FromResult(false));
        }

        TaskCompletionSource<bool> written = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!IsDurable)
        {
            written.SetResult(false);
        }
        else if (Interlocked.Increment(ref _waiting) > MaxUnwritten || !_unwritten.Writer.TryWrite((entry, written)))
        {
            Interlocked.Decrement(ref _waiting);
            LogLost(entry.Kind, entry.Incident);
            written.SetResult(false);
        }

        Added?.Invoke(before, now, entry, false);
        return (now, written.Task);
    }

    /// <summary>Whether an entry was written, as far as it can be said soon.</summary>
    internal async ValueTask<bool> IsWrittenAsync(Task<bool> writing)
    {
        try
        {
            return await writing.WaitAsync(s_writing, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _unwritten.Writer.TryComplete();
        _stopping.CancelAfter(_writingLoop.IsCompleted || _waiting == 0 ? TimeSpan.Zero : s_shutdown);
        await _writingLoop.ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _readingLoop.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private (Incident? Before, Incident? Now) Apply(IncidentEntry entry)
    {
        lock (_booking)
        {
            Incident? before = _incidents.GetValueOrDefault(entry.Incident);
            Incident? now = before is null ? Incident.Begin(entry) : entry.Kind == IncidentEntryKind.Opened ? before : before.With(entry);
            if (now is null || ReferenceEquals(now, before))
            {
                return (before, null); // of nothing that is known, or of something that is over
            }

            _incidents[entry.Incident] = now;
            if (!now.IsOpen)
            {
                _watched.Remove(now.Id);
                ForgetClosed();
            }

            return (before, now);
        }
    }

    private void ForgetClosed()
    {
        Incident[] closed = [.. _incidents.Values.Where(static i => !i.IsOpen).OrderByDescending(static i => i.Entries[^1].At)];
        foreach (Incident old in closed.Where((i, n) => n >= MaxClosed || i.Entries[^1].At < _time.GetUtcNow() - _options.KeepClosed))
        {
            _incidents.Remove(old.Id);
        }
    }

    private async Task WriteAllAsync()
    {
        while (await _unwritten.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            while (_unwritten.Reader.TryRead(out (IncidentEntry Entry, TaskCompletionSource<bool> Written) next))
            {
                next.Written.TrySetResult(await TryWriteAsync(next.Entry).ConfigureAwait(false));
                Interlocked.Decrement(ref _waiting);
            }
        }
    }

    private async Task<bool> TryWriteAsync(IncidentEntry entry)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(100);
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                await _store.AppendAsync(entry, _stopping.Token).AsTask().WaitAsync(_stopping.Token).ConfigureAwait(false);
                return true;
            }
            catch (Exception e)
            {
                if (_stopping.IsCancellationRequested)
                {
                    LogLost(entry.Kind, entry.Incident);
                    return false;
                }

                if (isFirst)
                {
                    LogWriteFailed(e);
                }
            }

            try
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                LogLost(entry.Kind, entry.Incident);
                return false;
            }

            delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
        }
    }

    private async Task ReadOnAsync()
    {
        using PeriodicTimer timer = new(_options.PollInterval, _time);
        long position = 0;
        long sweptAt = 0;
        bool isFirst = true;
        try
        {
            do
            {
                try
                {
                    long before;
                    do
                    {
                        // What is there when the process begins is no news, however many readings it takes.
                        before = position;
                        List<IncidentEntry> read = [];
                        position = await _store.ReadAsync(before, read.Add, _stopping.Token).ConfigureAwait(false);
                        foreach (IncidentEntry entry in read)
                        {
                            Take(entry, isNews: !isFirst);
                        }
                    }
                    while (isFirst && position != before);

                    _isReadingFailing = false;
                    timer.Period = _options.PollInterval;
                    if (isFirst)
                    {
                        isFirst = false;
                        Loaded?.Invoke();
                    }

                    if (!_store.IsShared)
                    {
                        return;
                    }

                    if (sweptAt == 0 || _time.GetElapsedTime(sweptAt) > s_sweeping)
                    {
                        sweptAt = _time.GetTimestamp();
                        await _store.RemoveClosedAsync(_time.GetUtcNow() - _options.KeepClosed, _stopping.Token).ConfigureAwait(false);
                    }
                }
                catch (Exception e) when (!_stopping.IsCancellationRequested)
                {
                    if (!_isReadingFailing)
                    {
                        LogReadFailed(e);
                    }

                    _isReadingFailing = true;
                    timer.Period = s_longestInterval;
                }
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // shutting down
        }
    }

    private void Take(IncidentEntry entry, bool isNews)
    {
        if (entry.Origin != Origin /* else it counted when it was made */ && Apply(entry) is (var before, { } now) && isNews)
        {
            Added?.Invoke(before, now, entry, true);
        }
    }

    [LoggerMessage(EventId = 1000, Level = LogLevel.Error, Message = "An entry of an incident could not be written to the store; it holds here and is tried again.")]
    private partial void LogWriteFailed(Exception exception);

    [LoggerMessage(EventId = 1001, Level = LogLevel.Error, Message = "The store of incidents could not be read; it is tried again. Stops do not depend on it.")]
    private partial void LogReadFailed(Exception exception);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Critical, Message = "The entry {Kind} of incident {Incident} was not written to the store and is lost with this process.")]
    private partial void LogLost(IncidentEntryKind kind, IncidentId incident);
}
