namespace IntentAuthz;

/// <summary>
/// Which long-lived secrets were lent to agents, or to the calls of tools: bounded, and it knows where it had to forget. Whoever owns it sees to it
/// that one thread at a time uses it.
/// </summary>
internal sealed class LentSums(int most = LentSums.MaxPairs)
{
    /// <summary>How many pairs of an agent, or a tool, and what it was lent are kept.</summary>
    internal const int MaxPairs = 65_536;

    private const int MaxTenants = 1_024;

    private readonly Dictionary<RevocationTarget, HashSet<(string Issuer, string Profile)>> _lent = [];
    private readonly Queue<RevocationTarget> _order = new();
    private readonly HashSet<TenantId> _forgetful = []; // the tenants of which something was forgotten
    private bool _isForgetful; // there were more of them than are told apart
    private int _count;

    internal void Add(RevocationTarget target, string issuer, string profile)
    {
        if (!_lent.TryGetValue(target, out HashSet<(string, string)>? pairs))
        {
            _lent.Add(target, pairs = []);
            _order.Enqueue(target);
        }

        if (pairs.Add((issuer, profile)) && ++_count > most)
        {
            RevocationTarget oldest = _order.Dequeue();
            _count -= _lent[oldest].Count;
            _lent.Remove(oldest);
            _isForgetful |= _forgetful.Count >= MaxTenants;
            if (!_isForgetful)
            {
                _forgetful.Add(oldest.Tenant);
            }
        }
    }

    /// <summary>Adds what a target was lent; for a tenant, what all of its targets were.</summary>
    /// <returns>Whether nothing of that tenant was forgotten.</returns>
    internal bool AddTo(HashSet<(string Issuer, string Profile)> lent, RevocationTarget target)
    {
        if (target.Kind == RevocationKind.Tenant)
        {
            foreach ((RevocationTarget of, HashSet<(string, string)> all) in _lent)
            {
                if (of.Tenant == target.Tenant)
                {
                    lent.UnionWith(all);
                }
            }
        }
        else if (_lent.TryGetValue(target, out HashSet<(string, string)>? pairs))
        {
            lent.UnionWith(pairs);
        }

        return !_isForgetful && !_forgetful.Contains(target.Tenant);
    }
}
