namespace IntentAuthz;

/// <summary>The lengthening of a lease's life, where profile and issuer provide for it, while calls use it.</summary>
internal sealed partial class CredentialBroker
{
    /// <summary>How long before its end a lease in use is renewed: a third of its life, 30 s at most. Zero for one that cannot be renewed.</summary>
    private long RenewalMargin(HeldLease held)
    {
        if (!CanRenew(held))
        {
            return 0;
        }

        TimeSpan third = held.Profile!.Lifetime / 3;
        return (long)(Math.Min(third.TotalSeconds, 30) * _time.TimestampFrequency);
    }

    private static bool CanRenew(HeldLease held) =>
        held is { IsActive: true, Issuer: IRenewingIssuer, Profile.RenewableFor: not null } && held.Lease.RenewableUntil > held.Lease.ExpiresAt;

    /// <summary>A lease is due: renewed when a call uses it and it may live longer, else ended once its time is up.</summary>
    private void Expire(HeldLease held)
    {
        long now = _time.GetTimestamp();
        if (CanRenew(held) && now < held.Deadline)
        {
            LeaseId id = held.Lease.Id;
            if (held.Task!.Calls.Any(call => call.Lease == id))
            {
                _ = RenewInBackgroundAsync(held);
            }
            else
            {
                _expiry.Add(held, held.Deadline); // nobody uses it: it just runs out
            }

            return;
        }

        if (now < held.Deadline)
        {
            _expiry.Add(held, held.Deadline); // it was renewed meanwhile
            return;
        }

        // Unmade also where the back end has stopped honouring it: a role that nobody can log in to is still a role.
        held.RanOut = true;
        Retire(held);
        UnmakeInBackground(held);
    }

    private async Task RenewInBackgroundAsync(HeldLease held)
    {
        bool renewed = await TryRenewAsync(held, CancellationToken.None).ConfigureAwait(false);
        if (held.IsActive)
        {
            _expiry.Add(held, renewed ? held.Deadline - RenewalMargin(held) : held.Deadline);
        }
    }

    private async Task<bool> TryRenewAsync(HeldLease held, CancellationToken cancellationToken)
    {
        Lease lease = held.Lease;
        IRenewingIssuer issuer = (IRenewingIssuer)held.Issuer!;
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset until = Earlier(now + held.Profile!.Lifetime, lease.RenewableUntil);
        if (until <= lease.ExpiresAt)
        {
            return false;
        }

        try
        {
            // The longer life is written down before it is asked for, so that no record promises an earlier end than the back end has.
            await WithinAsync(_store.UpdateAsync(lease with { HonouredUntil = Later(until, lease.HonouredUntil) }, cancellationToken), cancellationToken).ConfigureAwait(false);
            DateTimeOffset honoured = await issuer.RenewAsync(lease, until, cancellationToken).AsTask()
                .WaitAsync(_limits.IssuerTimeout, _time, cancellationToken).ConfigureAwait(false);
            DateTimeOffset expires = Earlier(until, honoured);
            long deadline = _time.GetTimestamp() + (long)(Math.Max(0, (expires - now).TotalSeconds) * _time.TimestampFrequency);
            if (!held.TryLengthen(expires, honoured, deadline))
            {
                return false;
            }

            _scrubber.Extend(lease.Id, honoured);
            await WithinAsync(_store.UpdateAsync(held.Lease, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
            _audit.Leased(held.Task!, held.Lease, "renewed", $"The credential '{lease.Profile}' for {lease.Audience} lives until {expires:O}.");
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            LogRenewFailed(e, lease.Id, issuer.Name, held.Lease.ExpiresAt);
            return false;
        }
    }
}
