using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// What processes that have ended left behind: their leases, which are unmade, and credentials at back ends of which there is no record at all.
/// Looked for at start, and again and again, since a process that shares the store can end at any time.
/// </summary>
internal sealed partial class CredentialBroker
{
    private static readonly TimeSpan s_takeOverInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_sweepInterval = TimeSpan.FromMinutes(10);

    /// <summary>Begins to look. Nothing waits for it: what it finds serves nobody.</summary>
    internal void StartRecovery()
    {
        if (_store.IsDurable || _issuers.Values.Any(static w => w.Issuer is IListingIssuer))
        {
            _ = Task.Run(RecoverAsync);
        }
    }

    private async Task RecoverAsync()
    {
        try
        {
            HashSet<string> unswept = [.. _issuers.Keys];
            long swept = _time.GetTimestamp();
            while (true)
            {
                await TakeOverAsync().ConfigureAwait(false);
                if (_time.GetElapsedTime(swept) >= s_sweepInterval)
                {
                    unswept = [.. _issuers.Keys];
                    swept = _time.GetTimestamp();
                }

                foreach (string name in unswept.ToArray())
                {
                    if (_issuers[name].Issuer is not IListingIssuer issuer || await TrySweepAsync(issuer).ConfigureAwait(false))
                    {
                        unswept.Remove(name);
                    }
                }

                await Task.Delay(s_takeOverInterval, _time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Shutting down.
        }
    }

    private async Task TakeOverAsync()
    {
        ImmutableArray<Lease> left;
        try
        {
            left = await _store.TakeOverAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            LogRecoveryFailed(e, "taking over their records");
            return;
        }

        foreach (Lease lease in left)
        {
            Adopt(lease with { State = LeaseState.Revoking }, "taken-over", "The process that held it has ended.");
        }
    }

    /// <summary>Unmakes what the back end holds and no record knows. The back end is asked first: what is made meanwhile has its record already.</summary>
    private async Task<bool> TrySweepAsync(IListingIssuer issuer)
    {
        try
        {
            await foreach (FoundCredential found in issuer.ListAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (_leases.ContainsKey(found.Lease) || await _store.ContainsAsync(found.Lease, _stopping.Token).ConfigureAwait(false))
                {
                    continue;
                }

                LogOrphan(found.Lease, issuer.Name);
                Adopt(Orphan(found, issuer), "orphan", $"The issuer '{issuer.Name}' holds it, and there is no record of it.");
            }

            return true;
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            LogRecoveryFailed(e, $"listing what '{issuer.Name}' holds");
            return false;
        }
    }

    private void Adopt(Lease lease, string reasonCode, string explanation)
    {
        HeldLease held = new(lease, _issuers.TryGetValue(lease.Issuer, out IssuerWork? work) ? work.Issuer : null);
        if (_leases.TryAdd(lease.Id, held))
        {
            _audit.Leased(null, lease, reasonCode, explanation);
            UnmakeInBackground(held);
        }
    }

    /// <summary>A lease of which nothing is known but what the back end says; the rest is said to be unknown.</summary>
    private Lease Orphan(FoundCredential found, ICredentialIssuer issuer)
    {
        const string unknown = "unknown";
        DateTimeOffset now = _time.GetUtcNow();
        return new Lease
        {
            Id = found.Lease,
            Tenant = new TenantId(unknown),
            Task = new TaskId(unknown),
            Agent = new AgentId(unknown),
            Owner = unknown,
            Profile = unknown,
            Issuer = issuer.Name,
            Audience = unknown,
            Scopes = [],
            CreatedAt = now,
            ExpiresAt = now,
            RenewableUntil = now,
            HonouredUntil = now + issuer.MaxLifetime,
            Handle = found.Handle,
            State = LeaseState.Revoking,
        };
    }
}
