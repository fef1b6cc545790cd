using System.Collections.Immutable;

namespace IntentAuthz.Tests.Tasks.Keeping;

/// <summary>What outlives a process: the tasks, who holds them, which processes have ended, and how often anything was written.</summary>
internal sealed class TaskDisk
{
    private readonly Lock _writing = new(); // protects everything below
    private readonly Dictionary<TaskId, Kept> _tasks = [];
    private readonly HashSet<int> _ended = [];
    private int _writes;

    internal int Writes
    {
        get
        {
            lock (_writing)
            {
                return _writes;
            }
        }
    }

    internal ImmutableArray<TaskRecord> Records
    {
        get
        {
            lock (_writing)
            {
                return [.. _tasks.Values.Select(static k => k.ToRecord())];
            }
        }
    }

    /// <summary>The process is gone, as by SIGKILL: it writes nothing any more, and its tasks are nobody's.</summary>
    internal void End(int process)
    {
        lock (_writing)
        {
            _ended.Add(process);
            foreach (Kept kept in _tasks.Values.Where(k => k.Holder == process))
            {
                kept.Holder = null;
            }
        }
    }

    internal T Use<T>(int process, Func<Dictionary<TaskId, Kept>, T> change)
    {
        lock (_writing)
        {
            _writes++;
            return _ended.Contains(process) ? throw new IOException("this process has ended") : change(_tasks);
        }
    }

    internal sealed class Kept(TaskRecord record, int holder)
    {
        internal int? Holder { get; set; } = holder;

        internal TaskState State { get; set; } = record.State;

        internal TaskRecord Record => record;

        internal Dictionary<string, string> Notes { get; } = record.Notes.ToDictionary(static n => n.Key, static n => n.Value!, StringComparer.Ordinal);

        internal TaskRecord ToRecord() => record with { State = State, Notes = [.. Notes.Select(static n => new TaskNote(n.Key, n.Value))] };
    }
}
