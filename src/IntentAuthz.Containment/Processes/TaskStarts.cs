namespace IntentAuthz.Containment;

/// <summary>
/// The prepared starts of tasks: one for each task and bounds, so that nothing made ready for one task serves another. Those of tasks that are not
/// active any more, and of tasks that start nothing, are given up within a second or so. Safe for use by many threads.
/// </summary>
internal sealed class TaskStarts : IDisposable
{
    /// <summary>Of how many tasks and bounds; those beyond start without.</summary>
    private const int Most = 16;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly ITimer _looking;
    private readonly Lock _changing = new(); // protects what follows
    private readonly List<Entry> _entries = [];
    private bool _isDisposed;

    internal TaskStarts(TimeProvider time)
    {
        _time = time;
        _looking = time.CreateTimer(static s => ((TaskStarts)s!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The starts of a task within bounds; null where there are too many already.</summary>
    internal PreparedStarts? Of(AgentTask task, ContainmentBounds bounds)
    {
        lock (_changing)
        {
            if (_isDisposed || task.State != TaskState.Active)
            {
                return null;
            }

            if (_entries.Find(e => ReferenceEquals(e.Task, task) && BoundsComparer.AreSame(e.Starts.Bounds, bounds)) is not { } entry)
            {
                if (_entries.Count == Most)
                {
                    return null;
                }

                entry = new Entry(task, new PreparedStarts(bounds, _time));
                _entries.Add(entry);
                _looking.Change(s_look, s_look);
            }

            entry.Used = _time.GetTimestamp();
            return entry.Starts;
        }
    }

    /// <summary>Gives up those of tasks that are not active, and of those that start nothing.</summary>
    internal void Look()
    {
        List<Entry> gone;
        lock (_changing)
        {
            gone = _entries.FindAll(e => e.Task.State != TaskState.Active || _time.GetElapsedTime(e.Used) > s_idle);
            _entries.RemoveAll(gone.Contains);
            if (_entries.Count == 0 && !_isDisposed)
            {
                _looking.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
        }

        gone.ForEach(static e => e.Starts.Dispose());
    }

    public void Dispose()
    {
        List<Entry> all;
        lock (_changing)
        {
            _isDisposed = true;
            all = [.. _entries];
            _entries.Clear();
        }

        _looking.Dispose();
        all.ForEach(static e => e.Starts.Dispose());
    }

    private sealed class Entry(AgentTask task, PreparedStarts starts)
    {
        internal AgentTask Task { get; } = task;

        internal PreparedStarts Starts { get; } = starts;

        internal long Used { get; set; }
    }
}
