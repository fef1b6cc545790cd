namespace IntentAuthz;

/// <summary>
/// The leases of one task that are not over: being made, in use, or being unmade, since those count when the task says what is left of it. Finding
/// one reads an array that is replaced as a whole, so it waits for nobody and allocates nothing.
/// </summary>
internal sealed class TaskLeases
{
    private readonly Lock _listing = new(); // protects changes of _held, and _turns
    private Dictionary<string, SemaphoreSlim>? _turns;
    private HeldLease[] _held = [];
    private HashSet<(string Issuer, string Profile)>? _lent; // no more than the host has profiles

    /// <summary>All of them at this moment. One that is added afterwards finds the task stopped and is given up by whoever added it.</summary>
    internal ReadOnlySpan<HeldLease> All => Volatile.Read(ref _held);

    /// <summary>The lease that the task's calls share for a profile, if one is in use: the newest, since an older one is about to run out.</summary>
    internal HeldLease? Find(string profile)
    {
        HeldLease[] all = Volatile.Read(ref _held);
        for (int i = all.Length - 1; i >= 0; i--)
        {
            Lease lease = all[i].Lease;
            if (lease.OnlyFor is null && lease.State == LeaseState.Active && lease.Profile == profile)
            {
                return all[i];
            }
        }

        return null;
    }

    /// <summary>Adds a lease that is about to be made; false when the task has as many as it may.</summary>
    internal bool TryAdd(HeldLease held, int most)
    {
        lock (_listing)
        {
            if (_held.Length >= most)
            {
                return false;
            }

            Volatile.Write(ref _held, [.. _held, held]);
            return true;
        }
    }

    /// <summary>Takes out a lease that is over.</summary>
    internal void Remove(HeldLease held)
    {
        lock (_listing)
        {
            Volatile.Write(ref _held, Array.FindAll(_held, h => !ReferenceEquals(h, held)));
        }
    }

    /// <summary>Notes that the task, or one below it, was lent what an issuer makes for a profile.</summary>
    internal void NoteLent(string issuer, string profile)
    {
        lock (_listing)
        {
            (_lent ??= []).Add((issuer, profile));
        }
    }

    /// <summary>What it has been lent in all its life, leases that are over included: what may have to be renewed once it is not trusted any more.</summary>
    internal (string Issuer, string Profile)[] Lent
    {
        get
        {
            lock (_listing)
            {
                return _lent is null ? [] : [.. _lent];
            }
        }
    }

    /// <summary>One at a time makes the lease that calls share: parallel calls wait for it and take what it made.</summary>
    internal SemaphoreSlim TurnOf(string profile)
    {
        lock (_listing)
        {
            _turns ??= new Dictionary<string, SemaphoreSlim>(StringComparer.Ordinal);
            if (!_turns.TryGetValue(profile, out SemaphoreSlim? turn))
            {
                _turns.Add(profile, turn = new SemaphoreSlim(1, 1));
            }

            return turn;
        }
    }
}
