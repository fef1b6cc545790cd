using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>Answers what is still live: tasks from this process's table and those that no process runs, leases from where their records are kept.</summary>
internal sealed class LiveQuery(TaskTable tasks, TaskKeeping? keeping, Func<TenantId?, CancellationToken, ValueTask<ImmutableArray<Lease>>> readLeases)
{
    internal async ValueTask<LiveAuthority> ReadAsync(TenantId? tenant, CancellationToken cancellationToken)
    {
        ImmutableArray<Lease> leases = await readLeases(tenant, cancellationToken).ConfigureAwait(false);
        ImmutableArray<TaskRecord> held = keeping is null ? [] : await keeping.ReadHeldAsync(tenant, cancellationToken).ConfigureAwait(false);
        return new LiveAuthority(
            [.. tasks.Live.Where(t => tenant is null || t.Tenant == tenant)
                .Select(static t => new LiveTask(t.Id, t.Tenant, t.Agent.Id, t.Owner, t.Purpose, t.State, t.Parent?.Id, t.OpenedAt, t.ExpiresAt))
                .Where(static t => t.State <= TaskState.Suspended)
                .Concat(held.Select(static r => new LiveTask(
                    r.Id, r.Tenant, r.Agent, r.Owner, r.Purpose, TaskState.Suspended, null, r.OpenedAt, r.ExpiresAt) { IsHeld = true }))
                .OrderBy(static t => t.ExpiresAt)],
            [.. leases.Where(static l => l.State <= LeaseState.Revoking).OrderBy(static l => l.HonouredUntil)]);
    }
}
