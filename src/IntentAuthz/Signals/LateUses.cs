namespace IntentAuthz;

/// <summary>
/// How often credentials were seen in use after their end, of leases whose task is over: whoever has copied one may use it every second, and the
/// audit and the log are to tell it, not to be filled by it. Safe for use by many threads.
/// </summary>
internal sealed class LateUses
{
    /// <summary>How many uses of one lease are written down, as many as of one kind of signal in a task that lives.</summary>
    internal const int MaxTold = 8;

    /// <summary>Of how many leases it is remembered.</summary>
    internal const int MaxLeases = 4_096;

    private readonly Lock _counting = new(); // protects both below
    private readonly Dictionary<(TenantId, LeaseId), int> _uses = [];
    private readonly Queue<(TenantId, LeaseId)> _order = new();

    /// <summary>Counts a use. False when as many of this lease are written down as anybody reads.</summary>
    internal bool Take(TenantId tenant, LeaseId lease)
    {
        lock (_counting)
        {
            if (!_uses.TryGetValue((tenant, lease), out int count))
            {
                if (_order.Count == MaxLeases)
                {
                    _uses.Remove(_order.Dequeue());
                }

                _order.Enqueue((tenant, lease));
            }

            if (count < MaxTold)
            {
                _uses[(tenant, lease)] = count + 1;
            }

            return count < MaxTold;
        }
    }
}
