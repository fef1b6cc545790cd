using System.Collections.Concurrent;

namespace IntentAuthz;

/// <summary>
/// What is revoked. A check reads a counter a kind and, only where anything of that kind is revoked, a table; nothing is locked or
/// allocated. Entries are written before anything else happens, so that whoever checks later sees them.
/// </summary>
internal sealed class RevocationList
{
    private readonly ConcurrentDictionary<RevocationTarget, RevocationEntry> _entries = new();
    private readonly int[] _counts = new int[Enum.GetValues<RevocationKind>().Length];

    internal IEnumerable<RevocationEntry> Entries => _entries.Values;

    internal bool Add(RevocationEntry entry)
    {
        if (!_entries.TryAdd(entry.Target, entry))
        {
            return false;
        }

        Interlocked.Increment(ref _counts[(int)entry.Target.Kind]);
        return true;
    }

    internal bool Remove(RevocationTarget target)
    {
        if (!_entries.TryRemove(target, out _))
        {
            return false;
        }

        Interlocked.Decrement(ref _counts[(int)target.Kind]);
        return true;
    }

    internal bool Contains(RevocationTarget target) => Any(target.Kind) && _entries.ContainsKey(target);

    /// <summary>Whether a call of this task, with this tool under this policy version, rests on anything revoked.</summary>
    internal bool Covers(AgentTask task, string toolName, string policyVersion)
    {
        if (Any(RevocationKind.Everything))
        {
            return true;
        }

        TenantId tenant = task.Tenant;
        return (Any(RevocationKind.Tenant) && _entries.ContainsKey(RevocationTarget.WholeTenant(tenant)))
            || (Any(RevocationKind.Tool) && _entries.ContainsKey(RevocationTarget.Tool(tenant, toolName)))
            || (Any(RevocationKind.PolicyVersion) && _entries.ContainsKey(RevocationTarget.PolicyVersion(tenant, policyVersion)))
            || CoversTask(task);
    }

    /// <summary>Whether the task, one above it, an agent or a link of its delegation is revoked, or the tenant, or everything.</summary>
    internal bool CoversTask(AgentTask task)
    {
        TenantId tenant = task.Tenant;
        if (Any(RevocationKind.Everything)
            || (Any(RevocationKind.Tenant) && _entries.ContainsKey(RevocationTarget.WholeTenant(tenant))))
        {
            return true;
        }

        if (Any(RevocationKind.DelegationLink) || Any(RevocationKind.Agent))
        {
            foreach (DelegationLink link in task.Delegation.Links)
            {
                if (_entries.ContainsKey(RevocationTarget.DelegationLink(tenant, link.Id))
                    || _entries.ContainsKey(RevocationTarget.Agent(tenant, link.Agent)))
                {
                    return true;
                }
            }
        }

        if (Any(RevocationKind.Task))
        {
            for (AgentTask? above = task; above is not null; above = above.Parent)
            {
                if (_entries.ContainsKey(RevocationTarget.Task(tenant, above.Id)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Any(RevocationKind kind) => Volatile.Read(ref _counts[(int)kind]) > 0;
}
