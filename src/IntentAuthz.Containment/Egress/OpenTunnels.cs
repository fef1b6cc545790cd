namespace IntentAuthz.Containment;

/// <summary>
/// How many tunnels tasks have open. A tunnel counts for its task and for every task above it, so that sub-tasks do not multiply what one may have.
/// A task with none is not kept. Safe for use by many threads.
/// </summary>
internal sealed class OpenTunnels
{
    private readonly Lock _changing = new(); // protects the counts
    private readonly Dictionary<TaskId, int> _counts = [];

    /// <summary>Takes room for one more, until it is disposed; null where the task, or one above it, has as many as it may have.</summary>
    internal IDisposable? TryOpen(AgentTask task, int most)
    {
        lock (_changing)
        {
            for (AgentTask? one = task; one is not null; one = one.Parent)
            {
                if (_counts.GetValueOrDefault(one.Id) >= most)
                {
                    return null;
                }
            }

            for (AgentTask? one = task; one is not null; one = one.Parent)
            {
                _counts[one.Id] = _counts.GetValueOrDefault(one.Id) + 1;
            }
        }

        return new Opened(this, task);
    }

    /// <summary>How many tasks have any open.</summary>
    internal int Tasks
    {
        get
        {
            lock (_changing)
            {
                return _counts.Count;
            }
        }
    }

    private void Close(AgentTask task)
    {
        lock (_changing)
        {
            for (AgentTask? one = task; one is not null; one = one.Parent)
            {
                if (--_counts[one.Id] == 0)
                {
                    _counts.Remove(one.Id);
                }
            }
        }
    }

    private sealed class Opened(OpenTunnels all, AgentTask task) : IDisposable
    {
        private AgentTask? _task = task;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _task, null) is { } task)
            {
                all.Close(task);
            }
        }
    }
}
