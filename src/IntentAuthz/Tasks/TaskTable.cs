using System.Collections.Concurrent;

namespace IntentAuthz;

/// <summary>The tasks that have not ended, so that a revocation finds everything it covers.</summary>
internal sealed class TaskTable
{
    private readonly ConcurrentDictionary<TaskId, AgentTask> _live = new();

    internal IEnumerable<AgentTask> Live => _live.Values;

    internal int Count => _live.Count;

    /// <summary>The latest of those that have ended. Whoever looks for a task looks at those that live first: it moves from there to here.</summary>
    internal EndedTasks Ended { get; } = new();

    internal void Add(AgentTask task)
    {
        _live[task.Id] = task;
        Interlocked.MemoryBarrier(); // whoever adds a task looks at what is revoked next, and whoever revokes looks for tasks
    }

    /// <summary>Takes out a task that has ended.</summary>
    internal void Remove(AgentTask task)
    {
        Ended.Add(task);
        _live.TryRemove(task.Id, out _);
    }

    internal AgentTask? Find(TenantId tenant, TaskId id) =>
        _live.TryGetValue(id, out AgentTask? task) && task.Tenant == tenant ? task : null;
}
