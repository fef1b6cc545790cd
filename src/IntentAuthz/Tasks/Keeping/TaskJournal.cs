using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace IntentAuthz;

/// <summary>
/// What is still to be written of one root task. Changes gather while a write is under way and go into the next one together, so that there is
/// one write at a time: what was noted later can never be overwritten by what was noted before, however late the store answers. A write that
/// fails is tried again, without end, until it succeeds. Safe for use by many threads.
/// </summary>
internal sealed class TaskJournal(AgentTask task, TaskKeeping keeping)
{
    /// <summary>How many names of one kind are kept; the history keeps no more either.</summary>
    private const int MaxMarks = TaskHistory.MaxNames;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _noting = new(); // protects everything below; taken last, nothing is called while it is held
    private readonly HashSet<string> _marks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _marksOfKind = new(StringComparer.Ordinal);
    private Dictionary<string, string?> _notes = new(StringComparer.Ordinal);
    private TaskCompletionSource<bool>? _next; // for those who wait for what is noted by now
    private bool _isChanged;
    private bool _isAdded;
    private bool _isEnded;
    private bool _isRemoved;
    private bool _isPumping;
    private volatile bool _isFailing;

    internal AgentTask Task => task;

    /// <summary>Whether the store is behind: what was tried last failed, or somebody has waited for it in vain.</summary>
    internal bool IsFailing => _isFailing;

    /// <summary>Notes something, to be written with the next write.</summary>
    internal void Note(string key, string? value)
    {
        lock (_noting)
        {
            _notes[key] = value;
            _isChanged = true;
        }
    }

    /// <summary>Notes a name that stays, once.</summary>
    internal void Mark(string kind, string name, int most = MaxMarks)
    {
        string key = $"{kind}/{name}";
        lock (_noting)
        {
            if (_marks.Contains(key) || _marksOfKind.GetValueOrDefault(kind) >= most)
            {
                return;
            }

            _marks.Add(key);
            _marksOfKind[kind] = _marksOfKind.GetValueOrDefault(kind) + 1;
            _notes[key] = "";
            _isChanged = true;
        }
    }

    /// <summary>Takes a mark that is in the store already.</summary>
    internal void HasMark(string key)
    {
        _marks.Add(key);
        string kind = key[..key.IndexOf('/', StringComparison.Ordinal)];
        _marksOfKind[kind] = _marksOfKind.GetValueOrDefault(kind) + 1;
    }

    /// <summary>Has what was changed written, and waits for nothing.</summary>
    internal void Save()
    {
        lock (_noting)
        {
            _isChanged = true;
            Pump();
        }
    }

    /// <summary>Has everything that was changed by now written. False when it was not, or not in time; it is tried on.</summary>
    internal async ValueTask<bool> WriteAsync()
    {
        Task<bool> written;
        lock (_noting)
        {
            _isChanged = true;
            Pump();
            if (_isFailing || _isEnded)
            {
                return false;
            }

            _next ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            written = _next.Task;
        }

        try
        {
            return await written.WaitAsync(keeping.Timeout, keeping.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            lock (_noting)
            {
                if (written.IsCompleted || !_isPumping)
                {
                    return written is { IsCompletedSuccessfully: true, Result: true };
                }

                _isFailing = true; // until a write succeeds: nobody else has to wait as long
            }

            keeping.IsBehind(this, null);
            return false;
        }
    }

    /// <summary>The task is in the store from here on, and what was noted meanwhile is written.</summary>
    internal void Added()
    {
        lock (_noting)
        {
            _isAdded = true;
            if (_isChanged || _isEnded)
            {
                Pump();
            }
        }
    }

    /// <summary>The task is over: it is removed, until it is. Completes when it was, or with the first failure.</summary>
    internal Task<bool> End()
    {
        lock (_noting)
        {
            _isEnded = true;
            _notes.Clear();
            if (_isRemoved)
            {
                return System.Threading.Tasks.Task.FromResult(true);
            }

            _next ??= new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            Task<bool> removed = _next.Task;
            Pump();
            return removed;
        }
    }

    /// <summary>The notes as they are to be added with the task.</summary>
    internal ImmutableArray<TaskNote> TakeForAdding()
    {
        lock (_noting)
        {
            ImmutableArray<TaskNote> notes = [.. _notes.Select(static n => new TaskNote(n.Key, n.Value)).Where(static n => n.Value is not null)];
            _notes.Clear();
            _isChanged = false;
            return notes;
        }
    }

    /// <summary>A text that names what it stands for to nobody who cannot guess it; the same in every process.</summary>
    internal static string HashOf(TaskId task, string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{task}\0{text}")).AsSpan(0, 16));

    /// <summary>Under the lock. On another thread, since a store may work before it first waits, and whoever takes authority away does not.</summary>
    private void Pump()
    {
        if (!_isPumping && _isAdded && !_isRemoved)
        {
            _isPumping = true;
            keeping.Began(this, System.Threading.Tasks.Task.Run(PumpAsync));
        }
    }

    private async Task PumpAsync()
    {
        TimeSpan delay = s_firstDelay;
        while (true)
        {
            Dictionary<string, string?> notes;
            TaskCompletionSource<bool>? waiting;
            bool ends;
            lock (_noting)
            {
                if (_isRemoved || (!_isChanged && !_isEnded) || (_isFailing && keeping.IsStopping && delay > s_firstDelay))
                {
                    _isPumping = false;
                    _next?.TrySetResult(_isRemoved);
                    _next = null;
                    keeping.Ended(this);
                    return;
                }

                (notes, _notes) = (_notes, new Dictionary<string, string?>(StringComparer.Ordinal));
                (waiting, _next) = (_next, null);
                (ends, _isChanged) = (_isEnded, false);
            }

            Exception? fault = await TryWriteAsync(notes, ends).ConfigureAwait(false);
            lock (_noting)
            {
                if (fault is null)
                {
                    _isRemoved = ends;
                    _isFailing = false;
                }
                else
                {
                    _isFailing = true;
                    _isChanged = true;
                    foreach ((string key, string? value) in notes)
                    {
                        _notes.TryAdd(key, value); // what was noted since is newer
                    }

                    _next?.TrySetResult(false);
                    _next = null;
                }
            }

            if (fault is null)
            {
                delay = s_firstDelay;
                keeping.IsUpToDate(this);
                waiting?.TrySetResult(true);
                continue;
            }

            keeping.IsBehind(this, fault);
            waiting?.TrySetResult(false);
            await keeping.WaitAsync(delay).ConfigureAwait(false);
            delay = delay * 2 < s_longestDelay ? delay * 2 : s_longestDelay;
        }
    }

    private async Task<Exception?> TryWriteAsync(Dictionary<string, string?> notes, bool ends)
    {
        try
        {
            if (ends)
            {
                await keeping.Store.RemoveAsync(task.Id, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                // Read now: whatever is noted by those who wait has happened in memory before.
                ImmutableArray<TaskNote> all =
                    [new TaskNote(TaskStanding.Key, TaskStanding.Write(task, keeping.Time)), .. notes.Select(static n => new TaskNote(n.Key, n.Value))];
                await keeping.Store.WriteAsync(task.Id, task.KeptState, all, CancellationToken.None).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }
}
