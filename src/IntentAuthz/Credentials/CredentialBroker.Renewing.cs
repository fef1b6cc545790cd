namespace IntentAuthz;

/// <summary>The lengthening of a lease's life, where profile and issuer provide for it, while calls use it.</summary>
internal sealed partial class CredentialBroker
{
    /// <summary>
    /// When to look at a lease next: at its end, or, where it can be renewed, once two thirds of what is left of its life are over, 30 s before its
    /// end at the latest. Never within a second, so that an issuer that gives next to nothing is not asked without pause.
    /// </summary>
    private long NextLook(HeldLease held)
    {
        if (!CanRenew(held))
        {
            return held.Deadline;
        }

        long now = _time.GetTimestamp();
        long second = _time.TimestampFrequency;
        long margin = Math.Min((held.Deadline - now) / 3, 30 * second);
        return Math.Min(held.Deadline, Math.Max(now + second, held.Deadline - margin));
    }

    private static bool CanRenew(HeldLease held) =>
        held is { IsActive: true, Issuer: IRenewingIssuer, Profile.RenewableFor: not null } && held.Lease.RenewableUntil > held.Lease.ExpiresAt;

    /// <summary>A lease is due: renewed when a call uses it and it may live longer, else ended once its time is up.</summary>
    private void Expire(HeldLease held)
    {
        if (_time.GetTimestamp() < held.Deadline)
        {
            LeaseId id = held.Lease.Id;
            if (CanRenew(held) && held.Task!.Calls.Any(call => call.Credential?.Lease.Id == id))
            {
                _ = Task.Run(() => RenewInBackgroundAsync(held));
            }
            else
            {
                _expiry.Add(held, NextLook(held)); // it was renewed meanwhile, or nobody uses it at this moment
            }

            return;
        }

        // Unmade also where the back end has stopped honouring it: a role that nobody can log in to is still a role.
        held.RanOut = true;
        Retire(held);
        UnmakeInBackground(held);
    }

    private async Task RenewInBackgroundAsync(HeldLease held)
    {
        await TryRenewAsync(held, CancellationToken.None).ConfigureAwait(false);
        if (held.IsActive)
        {
            _expiry.Add(held, NextLook(held)); // where it failed, it is tried again as long as the lease lives
        }
    }

    private async Task<bool> TryRenewAsync(HeldLease held, CancellationToken cancellationToken)
    {
        if (!held.TryBeginRenewing())
        {
            return false;
        }

        try
        {
            return await RenewAsync(held, (IRenewingIssuer)held.Issuer!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogRenewFailed(e, held.Lease.Id, held.Lease.Issuer, held.Lease.ExpiresAt);
            return false;
        }
        finally
        {
            held.EndRenewing();
        }
    }

    private async Task<bool> RenewAsync(HeldLease held, IRenewingIssuer issuer, CancellationToken cancellationToken)
    {
        TimeSpan life = held.Profile!.Lifetime < issuer.MaxLifetime ? held.Profile.Lifetime : issuer.MaxLifetime;
        DateTimeOffset until = Earlier(_time.GetUtcNow() + life, held.Lease.RenewableUntil);
        if (until <= held.Lease.ExpiresAt)
        {
            return false;
        }

        // The longer life is written down before it is asked for, here and in the store: whatever becomes of the answer, nothing promises an
        // earlier end than the back end has.
        Lease lease = held.Change(static (l, u) => l with { HonouredUntil = Later(u, l.HonouredUntil) }, until);
        _scrubber.TryRemember(lease.Id, held.Credential!.Secret, lease.HonouredUntil);
        await WithinAsync(_store.UpdateAsync(lease, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (!held.IsActive)
        {
            return false;
        }

        DateTimeOffset honoured;
        using (CancellationTokenSource asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped))
        {
            try
            {
                honoured = await Task.Run(() => issuer.RenewAsync(lease, until, asking.Token).AsTask(), CancellationToken.None)
                    .WaitAsync(_limits.IssuerTimeout, _time, asking.Token).ConfigureAwait(false);
            }
            catch
            {
                await asking.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }

        DateTimeOffset expires = Earlier(until, honoured);
        TimeSpan left = expires - _time.GetUtcNow();
        if (!held.TryLengthen(expires, honoured, _time.GetTimestamp() + (long)(Math.Max(0, left.TotalSeconds) * _time.TimestampFrequency)))
        {
            return false;
        }

        _scrubber.TryRemember(lease.Id, held.Credential!.Secret, honoured);
        _audit.Leased(held.Task!, held.Lease, "renewed", $"The credential '{lease.Profile}' for {lease.Audience} lives until {expires:O}.");
        await WithinAsync(_store.UpdateAsync(held.Lease, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
        return true;
    }
}
