using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// The tasks that have ended in this process, the latest of them. Of those that are forgotten it is kept, agent by agent, what they were lent; where
/// that is too much as well, whoever asks is told so. Safe for use by many threads.
/// </summary>
internal sealed class EndedTasks(int most = EndedTasks.MaxTasks, int mostLent = LentSums.MaxPairs)
{
    /// <summary>How many tasks are remembered, of all tenants together.</summary>
    internal const int MaxTasks = 8_192;

    private readonly Lock _remembering = new(); // protects everything below
    private readonly Dictionary<TaskId, EndedTask> _tasks = [];
    private readonly Queue<EndedTask> _order = new();
    private readonly LentSums _forgotten = new(mostLent);

    /// <summary>Remembers a task. It is called before the task is taken out of those that live, so that whoever looks there first finds it in one of them.</summary>
    internal void Add(AgentTask task)
    {
        EndedTask ended = new(task);
        lock (_remembering)
        {
            if (!_tasks.TryAdd(ended.Id, ended))
            {
                return;
            }

            _order.Enqueue(ended);
            if (_order.Count > most)
            {
                Forget(_order.Dequeue());
            }
        }
    }

    internal EndedTask? Find(TenantId tenant, TaskId id)
    {
        lock (_remembering)
        {
            return _tasks.TryGetValue(id, out EndedTask? task) && task.Tenant == tenant ? task : null;
        }
    }

    /// <summary>Those that rested on a subject, the latest first.</summary>
    internal ImmutableArray<EndedTask> On(RevocationTarget subject)
    {
        lock (_remembering)
        {
            return [.. _order.Where(t => t.RestsOn.AsSpan().Contains(subject)).Reverse()];
        }
    }

    /// <summary>Adds what the tasks on a task, an agent or a tenant were lent.</summary>
    /// <returns>Whether nothing of it was forgotten. For a task this is whether it is known at all.</returns>
    internal bool AddLent(RevocationTarget subject, HashSet<(string Issuer, string Profile)> lent)
    {
        lock (_remembering)
        {
            foreach (EndedTask task in _order)
            {
                if (task.RestsOn.AsSpan().Contains(subject))
                {
                    lent.UnionWith(task.Leases.Lent);
                }
            }

            return subject.Kind == RevocationKind.Task
                ? _tasks.TryGetValue(new TaskId(subject.Id), out EndedTask? one) && one.Tenant == subject.Tenant // it has what those below it were lent
                : _forgotten.AddTo(lent, subject);
        }
    }

    private void Forget(EndedTask task)
    {
        _tasks.Remove(task.Id);
        foreach ((string issuer, string profile) in task.Leases.Lent)
        {
            foreach (RevocationTarget target in task.RestsOn)
            {
                if (target.Kind == RevocationKind.Agent)
                {
                    _forgotten.Add(target, issuer, profile);
                }
            }
        }
    }
}
