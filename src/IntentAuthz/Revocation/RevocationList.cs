namespace IntentAuthz;

/// <summary>
/// What is revoked, and whether that is known. Checks lock nothing and allocate nothing; writers take turns.
/// </summary>
/// <remarks>
/// A check looks at three things, each only where the one before left a doubt: whether anything of that kind is revoked at all; the filter
/// of <see cref="RevocationTable"/>; its slots. A writer fills them in the opposite order, slot, filter, kind, and a table that was built
/// anew is complete before it is seen, so that once <see cref="Add"/> has returned every check that begins finds the entry. What is removed
/// leaves its bits in the filter; when there is more of that than of entries the table is built anew.
/// </remarks>
internal sealed class RevocationList
{
    /// <summary>How many slots are looked through for expired entries before other writers get a turn.</summary>
    private const int SweptAtOnce = 16 * 1024;

    private readonly Lock _writing = new(); // protects _counts, _cursor, and writing to the table
    private readonly int[] _counts = new int[Enum.GetValues<RevocationKind>().Length];
    private readonly RevocationKnowledge _knowledge;
    private RevocationTable _table = new(0);
    private int _kinds; // a bit for each kind of which there are entries
    private int _count;
    private int _cursor;

    internal RevocationList(RevocationKnowledge? knowledge = null) => _knowledge = knowledge ?? RevocationKnowledge.Complete;

    internal int Count => Volatile.Read(ref _count);

    /// <summary>Whether enough is known to permit anything. Compares one timestamp.</summary>
    internal bool IsKnown => _knowledge.IsCurrent;

    internal IEnumerable<RevocationEntry> Entries
    {
        get
        {
            RevocationTable table = Volatile.Read(ref _table);
            for (int i = 0; i < table.Slots; i++)
            {
                if (table[i] is { } entry)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>False when it was there already; what stands then is what the two say together.</summary>
    internal bool Add(RevocationEntry entry)
    {
        lock (_writing)
        {
            RevocationTable table = _table;
            if (table.Find(entry.Target) is { } known)
            {
                if (known.Joined(entry) is var joined && !ReferenceEquals(joined, known))
                {
                    table = WithRoom(table);
                    table.Add(joined); // before the old one goes: it is revoked at every moment
                    table.Remove(known);
                    Volatile.Write(ref _table, table);
                }

                return false;
            }

            table = WithRoom(table);
            table.Add(entry);
            Volatile.Write(ref _table, table);
            _counts[(int)entry.Target.Kind]++;
            _count++;
            Volatile.Write(ref _kinds, _kinds | Bit(entry.Target.Kind));
        }

        // Whoever adds looks for tasks next, and whoever opens a task looks here after it has put it where they are looked for.
        Interlocked.MemoryBarrier();
        return true;
    }

    internal bool Remove(RevocationTarget target)
    {
        lock (_writing)
        {
            return _table.Find(target) is { } entry && Remove(entry);
        }
    }

    /// <summary>Removes the entry if it is one of those that the caller may lift.</summary>
    internal bool RemoveIf(RevocationTarget target, Func<RevocationEntry, bool> mayLift)
    {
        lock (_writing)
        {
            return _table.Find(target) is { } entry && mayLift(entry) && Remove(entry);
        }
    }

    /// <summary>Drops what has expired. Looks through the table a part at a time, so that no writer waits for all of it.</summary>
    internal void Sweep(DateTimeOffset now)
    {
        for (int swept = 0, slots; ; swept += SweptAtOnce)
        {
            lock (_writing)
            {
                slots = _table.Slots;
                if (swept >= slots)
                {
                    return;
                }

                for (int i = 0; i < SweptAtOnce && i < slots; i++)
                {
                    _cursor = (_cursor + 1) & (slots - 1);
                    if (_table[_cursor] is { } entry && entry.ExpiresAt <= now)
                    {
                        RevocationTable before = _table;
                        Remove(entry);
                        if (!ReferenceEquals(before, _table))
                        {
                            swept = -SweptAtOnce; // it was built anew, in another order: begin again, after the others' turn
                            break;
                        }
                    }
                }
            }
        }
    }

    internal bool Contains(in RevocationTarget target) => Find(target) is not null;

    internal RevocationEntry? Find(in RevocationTarget target)
    {
        if ((Volatile.Read(ref _kinds) & Bit(target.Kind)) == 0)
        {
            return null;
        }

        RevocationTable table = Volatile.Read(ref _table);
        return table.MayHave(target.Hash) ? table.Find(target) : null;
    }

    /// <summary>What a call rests on that is revoked: its task and all above, agents and links of its delegation, tool, policy version, lease, issuer, tenant, everything.</summary>
    internal RevocationEntry? FindFor(AgentTask task, ToolDescriptor tool, string policyVersion, LeasedCredential? credential)
    {
        int kinds = Volatile.Read(ref _kinds);
        if (kinds == 0)
        {
            return null;
        }

        RevocationTable table = Volatile.Read(ref _table);
        RevocationEntry? found = FindAmong(kinds, table, task.RestsOn);
        if (found is null && (kinds & Bit(RevocationKind.Tool)) != 0
            && table.MayHave(RevocationTarget.HashOf(RevocationKind.Tool, task.TenantHash, tool.NameHash)))
        {
            found = table.Find(RevocationTarget.Tool(task.Tenant, tool.Name));
        }

        if (found is null && (kinds & Bit(RevocationKind.PolicyVersion)) != 0)
        {
            found = FindAmong(kinds, table, task.PolicyTarget(policyVersion));
        }

        return found is null && credential is not null ? FindAmong(kinds, table, credential.RestsOn) : found;
    }

    /// <summary>What a task rests on that is revoked: itself and all above, agents and links of its delegation, the tenant, everything.</summary>
    internal RevocationEntry? FindFor(AgentTask task)
    {
        int kinds = Volatile.Read(ref _kinds);
        return kinds == 0 ? null : FindAmong(kinds, Volatile.Read(ref _table), task.RestsOn);
    }

    internal bool CoversTask(AgentTask task) => FindFor(task) is not null;

    /// <summary>
    /// Whether a task is held. Calls do not look: a task that is held is suspended, and its state says so. Whoever lets one run looks after it has
    /// moved, since a hold that came in between found a task that did not run.
    /// </summary>
    internal bool Holds(AgentTask task) => Contains(RevocationTarget.TaskHold(task.Tenant, task.Id));

    /// <summary>Whether an issuer is revoked, for a tenant or for all.</summary>
    internal bool CoversIssuer(TenantId tenant, string issuerName) =>
        (Volatile.Read(ref _kinds) & Bit(RevocationKind.Issuer)) != 0
        && (Contains(RevocationTarget.Issuer(tenant, issuerName)) || Contains(RevocationTarget.Issuer(null, issuerName)));

    private static RevocationEntry? FindAmong(int kinds, RevocationTable table, RevocationTarget[] targets)
    {
        foreach (ref readonly RevocationTarget target in targets.AsSpan())
        {
            if ((kinds & Bit(target.Kind)) != 0 && table.MayHave(target.Hash) && table.Find(target) is { } entry)
            {
                return entry;
            }
        }

        return null;
    }

    private static int Bit(RevocationKind kind) => 1 << (int)kind;

    private bool Remove(RevocationEntry entry)
    {
        if (!_table.Remove(entry))
        {
            return false;
        }

        _count--;
        if (--_counts[(int)entry.Target.Kind] == 0)
        {
            Volatile.Write(ref _kinds, _kinds & ~Bit(entry.Target.Kind));
        }

        if (_table.RemovedSlots > Math.Max(1024, _count))
        {
            Volatile.Write(ref _table, Rebuilt(_table));
        }

        return true;
    }

    private RevocationTable WithRoom(RevocationTable table) => table.IsFull ? Rebuilt(table) : table;

    private RevocationTable Rebuilt(RevocationTable old)
    {
        // Room for a quarter more, so that at least so many are added before the next time.
        RevocationTable table = new(_count + (_count / 4) + 1);
        for (int i = 0; i < old.Slots; i++)
        {
            if (old[i] is { } entry)
            {
                table.Add(entry);
            }
        }

        return table;
    }
}
