using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// Counts calls against <c>@rate</c> limits: per tenant, agent and action, over all of the agent's tasks. A place is taken before the tool
/// runs and given back only if it never did. Sliding windows: the times of the last calls are kept, as many as the limit allows.
/// </summary>
internal sealed class CallRates(TimeProvider time)
{
    private const int MaxWindows = 100_000;

    private readonly ConcurrentDictionary<Key, Window> _windows = new();

    /// <summary>Takes a place under every limit, or under none.</summary>
    internal bool TryTake(AgentTask task, ToolDescriptor tool, ImmutableArray<RateLimit> limits)
    {
        for (int i = 0; i < limits.Length; i++)
        {
            if (WindowOf(task, tool, limits[i]) is not { } window || !window.TryTake(time))
            {
                for (int taken = 0; taken < i; taken++)
                {
                    WindowOf(task, tool, limits[taken])?.GiveBack();
                }

                return false;
            }
        }

        return true;
    }

    internal void GiveBack(AgentTask task, ToolDescriptor tool, ImmutableArray<RateLimit> limits)
    {
        foreach (RateLimit limit in limits)
        {
            WindowOf(task, tool, limit)?.GiveBack();
        }
    }

    /// <summary>The window, or null when there is no room for another: then the call is refused.</summary>
    private Window? WindowOf(AgentTask task, ToolDescriptor tool, RateLimit limit)
    {
        Key key = new(task.Tenant, task.Agent.Id, tool.Action.Id, limit);
        if (_windows.TryGetValue(key, out Window? window))
        {
            return window;
        }

        if (_windows.Count >= MaxWindows)
        {
            foreach ((Key old, Window idle) in _windows)
            {
                if (idle.IsIdle(time))
                {
                    _windows.TryRemove(KeyValuePair.Create(old, idle));
                }
            }

            if (_windows.Count >= MaxWindows)
            {
                return null;
            }
        }

        return _windows.GetOrAdd(key, static k => new Window(k.Limit));
    }

    private readonly record struct Key(TenantId Tenant, AgentId Agent, string Action, RateLimit Limit);

    private sealed class Window(RateLimit limit)
    {
        private readonly Lock _counting = new(); // protects the ring
        private readonly Queue<long> _taken = new();

        internal bool TryTake(TimeProvider time)
        {
            lock (_counting)
            {
                Forget(time);
                if (_taken.Count >= limit.Count)
                {
                    return false;
                }

                _taken.Enqueue(time.GetTimestamp());
                return true;
            }
        }

        /// <summary>Gives back the oldest place still counted: which of equal places is given back does not matter for the count, and this errs to the strict side.</summary>
        internal void GiveBack()
        {
            lock (_counting)
            {
                _taken.TryDequeue(out _);
            }
        }

        internal bool IsIdle(TimeProvider time)
        {
            lock (_counting)
            {
                Forget(time);
                return _taken.Count == 0;
            }
        }

        private void Forget(TimeProvider time)
        {
            while (_taken.TryPeek(out long oldest) && time.GetElapsedTime(oldest) >= limit.Window)
            {
                _taken.Dequeue();
            }
        }
    }
}
