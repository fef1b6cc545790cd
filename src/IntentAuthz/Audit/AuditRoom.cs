using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace IntentAuthz;

/// <summary>
/// How many records wait for the sink, bounded in all, per tenant and per task, so that one cannot starve another's audit. Safe for use by many
/// threads.
/// </summary>
internal sealed class AuditRoom(AuditQueueLimits limits)
{
    private readonly ConcurrentDictionary<TenantId, StrongBox<int>> _perTenant = new(); // never shrinks: an entry a tenant of the host
    private int _waiting;

    /// <summary>How many wait.</summary>
    internal int Waiting => Volatile.Read(ref _waiting);

    internal bool IsFull => Waiting >= limits.Total;

    /// <summary>Takes room for a record, and says how many wait with it; 0 where there is none.</summary>
    /// <param name="tenant">Whose record it is where it is about no task, or null.</param>
    /// <param name="task">The task it is about, which must be of the queue's own guard, or null.</param>
    /// <param name="share">How many times the bounds may be filled for it.</param>
    internal int TryTake(TenantId? tenant, AgentTask? task, int share)
    {
        int waiting = Interlocked.Increment(ref _waiting);
        if (waiting > limits.Total * (long)share)
        {
            Interlocked.Decrement(ref _waiting);
            return 0;
        }

        StrongBox<int>? ofTenant = OfTenant(tenant, task);
        if (ofTenant is not null && Interlocked.Increment(ref ofTenant.Value) > limits.PerTenant * (long)share)
        {
            Interlocked.Decrement(ref ofTenant.Value);
            Interlocked.Decrement(ref _waiting);
            return 0;
        }

        if (task is not null && Interlocked.Increment(ref task.AuditRecordsWaiting) > limits.PerTask)
        {
            GiveBack(tenant, task, 1);
            return 0;
        }

        return waiting;
    }

    /// <summary>Takes room for what is no record, such as the marker of a flush: it is never refused.</summary>
    internal void Take() => Interlocked.Increment(ref _waiting);

    internal void GiveBack(TenantId? tenant, AgentTask? task, int count)
    {
        Interlocked.Add(ref _waiting, -count);
        if (OfTenant(tenant, task) is { } ofTenant)
        {
            Interlocked.Add(ref ofTenant.Value, -count);
        }

        if (task is not null)
        {
            Interlocked.Add(ref task.AuditRecordsWaiting, -count);
        }
    }

    /// <summary>
    /// Gives back the room of entries that are done. Those of one task stand beside each other and are counted together: callers count on other
    /// cores, and each change of a count takes it away from them.
    /// </summary>
    internal void GiveBack(List<AuditEntry> entries)
    {
        for (int i = 0, same; i < entries.Count; i += same)
        {
            AuditEntry entry = entries[i];
            same = 1;
            while (entry.Task is not null && i + same < entries.Count && ReferenceEquals(entry.Task, entries[i + same].Task))
            {
                same++;
            }

            GiveBack(entry.Record.Tenant, entry.Task, same); // a marker has neither, as it took neither
        }
    }

    /// <summary>The count of a tenant; a task remembers that of its own.</summary>
    private StrongBox<int>? OfTenant(TenantId? tenant, AgentTask? task) => task is not null
        ? task.AuditRecordsOfTenant ??= OfTenant(task.Tenant)
        : tenant is { } owner ? OfTenant(owner) : null;

    private StrongBox<int> OfTenant(TenantId tenant) => _perTenant.GetOrAdd(tenant, static _ => new StrongBox<int>());
}
