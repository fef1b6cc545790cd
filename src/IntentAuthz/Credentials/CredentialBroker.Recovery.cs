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

    private Task<ImmutableArray<Lease>>? _takingOver;

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
        HashSet<string> unswept = [.. _issuers.Keys];
        long swept = _time.GetTimestamp();
        while (!_stopped.IsCancellationRequested)
        {
            try
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

                await Task.Delay(s_takeOverInterval, _time, _stopped).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task TakeOverAsync()
    {
        ImmutableArray<Lease> left;
        try
        {
            // The answer of a store that hangs is waited for in the next round too: what it took over by then, no second answer would name.
            _takingOver ??= _store.TakeOverAsync(_stopped).AsTask();
            left = await _takingOver.WaitAsync(_limits.IssuerTimeout, _time, _stopped).ConfigureAwait(false);
            _takingOver = null;
        }
        catch (Exception e) when (!_stopped.IsCancellationRequested)
        {
            _takingOver = _takingOver is { IsFaulted: false, IsCanceled: false } ? _takingOver : null;
            LogRecoveryFailed(e, "taking over their records");
            return;
        }

        foreach (Lease lease in left.IsDefault ? [] : left)
        {
            Adopt(lease with { State = LeaseState.Revoking }, isRecorded: true, "taken-over", "The process that held it has ended.");
        }
    }

    /// <summary>
    /// Unmakes what the back end holds and no record knows. The back end is asked first: what is made meanwhile has its record already. And it is
    /// asked twice: what was only just unmade, record and all, when the first answer was looked at is not in the second.
    /// </summary>
    private async Task<bool> TrySweepAsync(IListingIssuer issuer)
    {
        try
        {
            Dictionary<LeaseId, FoundCredential> suspects = await UnknownAtAsync(issuer).ConfigureAwait(false);
            if (suspects.Count == 0)
            {
                return true;
            }

            foreach (FoundCredential found in (await UnknownAtAsync(issuer).ConfigureAwait(false)).Values.Where(f => suspects.ContainsKey(f.Lease)))
            {
                LogOrphan(found.Lease, issuer.Name);
                Adopt(Orphan(found, issuer), isRecorded: false, "orphan", $"The issuer '{issuer.Name}' holds it, and there is no record of it.");
            }

            return true;
        }
        catch (Exception e) when (!_stopped.IsCancellationRequested)
        {
            LogRecoveryFailed(e, $"listing what '{issuer.Name}' holds");
            return false;
        }
    }

    private async Task<Dictionary<LeaseId, FoundCredential>> UnknownAtAsync(IListingIssuer issuer)
    {
        Dictionary<LeaseId, FoundCredential> unknown = [];
        using CancellationTokenSource listing = CancellationTokenSource.CreateLinkedTokenSource(_stopped);
        IAsyncEnumerator<FoundCredential> held = issuer.ListAsync(listing.Token).GetAsyncEnumerator(listing.Token);
        bool hangs = true;
        try
        {
            while (await WithinAsync(held.MoveNextAsync()).ConfigureAwait(false))
            {
                hangs = false;
                FoundCredential found = held.Current;
                if (!_leases.ContainsKey(found.Lease) && !await WithinAsync(_store.ContainsAsync(found.Lease, _stopped)).ConfigureAwait(false))
                {
                    unknown[found.Lease] = found;
                }

                hangs = true;
            }

            hangs = false;
            return unknown;
        }
        finally
        {
            await listing.CancelAsync().ConfigureAwait(false);
            if (!hangs)
            {
                await held.DisposeAsync().ConfigureAwait(false); // one that is still asked for the next may not be disposed
            }
        }
    }

    private async Task<T> WithinAsync<T>(ValueTask<T> work) => await work.AsTask().WaitAsync(_limits.IssuerTimeout, _time, _stopped).ConfigureAwait(false);

    private void Adopt(Lease lease, bool isRecorded, string reasonCode, string explanation)
    {
        bool isKnown = _issuers.TryGetValue(lease.Issuer, out IssuerWork? work);
        HeldLease held = new(isKnown ? lease : lease with { IsIrrevocable = true }, work?.Issuer) { IsRecorded = isRecorded };
        if (_leases.TryAdd(lease.Id, held))
        {
            _audit.Leased(null, held.Lease, reasonCode, isKnown ? explanation : $"{explanation} This host has no issuer '{lease.Issuer}' to unmake it.");
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
