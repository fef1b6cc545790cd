namespace IntentAuthz;

/// <summary>The end of a lease: out of use at once, unmade as soon as its issuer can, tried again until its time has run out.</summary>
internal sealed partial class CredentialBroker
{
    private async ValueTask AbandonAsync(HeldLease held)
    {
        Retire(held);
        await UnmakeAsync(held).ConfigureAwait(false);
    }

    /// <summary>Takes the lease out of use in this process: nobody is handed it from here on, and its secret is cleared.</summary>
    private void Retire(HeldLease held)
    {
        _ = held.TryMove(LeaseState.Active, LeaseState.Revoking) || held.TryMove(LeaseState.Pending, LeaseState.Revoking);
        _ofTask.TryRemove(KeyValuePair.Create((held.Task.Id, held.Lease.Profile), held));
        held.Credential?.Secret.Dispose();
        held.Expiry?.Dispose();
    }

    /// <summary>The lease's time has run out. Where the back end honours it longer than was asked for, it is unmade.</summary>
    private void Expire(HeldLease held)
    {
        if (held.Lease.HonouredUntil > _time.GetUtcNow())
        {
            Retire(held);
            _ = Task.Run(() => UnmakeAsync(held));
        }
        else if (held.TryMove(LeaseState.Active, LeaseState.Expired))
        {
            Retire(held);
            _leases.TryRemove(held.Lease.Id, out _);
            _scrubber.Forget(held.Lease.Id);
        }
    }

    /// <summary>Each on a thread of its own, since an issuer may work before it first waits.</summary>
    private Task<ResidualWindow[]> UnmakeAllAsync(HeldLease[] held) =>
        held.Length == 0 ? Task.FromResult<ResidualWindow[]>([]) : Task.WhenAll(held.Select(h => Task.Run(() => UnmakeAsync(h))));

    private async Task<ResidualWindow> UnmakeAsync(HeldLease held)
    {
        bool unmade = await TryUnmakeAsync(held).ConfigureAwait(false);
        if (!unmade)
        {
            _ = RetryAsync(held);
        }

        Lease lease = held.Lease;
        bool confirmed = unmade && !held.IsBeingMade;
        DateTimeOffset until = confirmed && held.Issuer.RevocationSpeed == RevocationSpeed.Immediate ? _time.GetUtcNow() : lease.HonouredUntil;
        return new ResidualWindow(lease.Id, lease.Audience, held.Issuer.RevocationSpeed, until, confirmed);
    }

    private async Task<bool> TryUnmakeAsync(HeldLease held)
    {
        try
        {
            using CancellationTokenSource asking = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            try
            {
                await held.Issuer.RevokeAsync(held.Lease, asking.Token).AsTask().WaitAsync(_issuerTimeout, _time).ConfigureAwait(false);
            }
            catch
            {
                await asking.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e)
        {
            LogRevokeFailed(e, held.Lease.Id, held.Issuer.Name);
            return false;
        }

        if (held.TryMove(LeaseState.Revoking, LeaseState.Revoked))
        {
            _audit.Leased(held.Task, held.Lease, "revoked", $"The credential '{held.Lease.Profile}' was unmade by '{held.Issuer.Name}'.");
        }

        _leases.TryRemove(held.Lease.Id, out _);
        _ = ForgetAsync(held);
        return true;
    }

    /// <summary>Text that goes to the model is searched for the secret until the back end does not honour it any more.</summary>
    private async Task ForgetAsync(HeldLease held)
    {
        TimeSpan residual = held.Issuer.RevocationSpeed == RevocationSpeed.Immediate ? TimeSpan.Zero : held.Lease.HonouredUntil - _time.GetUtcNow();
        try
        {
            if (residual > TimeSpan.Zero)
            {
                await Task.Delay(residual, _time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return; // shutting down
        }

        _scrubber.Forget(held.Lease.Id);
    }

    private async Task RetryAsync(HeldLease held)
    {
        if (!held.TryBeginRetrying())
        {
            return;
        }

        TimeSpan delay = s_retryDelay;
        try
        {
            while (_time.GetUtcNow() < held.Lease.HonouredUntil)
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
                if (await TryUnmakeAsync(held).ConfigureAwait(false))
                {
                    return;
                }

                delay = delay * 2 < TimeSpan.FromMinutes(1) ? delay * 2 : TimeSpan.FromMinutes(1);
            }

            held.TryMove(LeaseState.Revoking, LeaseState.Expired);
            _leases.TryRemove(held.Lease.Id, out _);
            _scrubber.Forget(held.Lease.Id);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            LogLeftAtShutdown(held.Lease.Id, held.Lease.HonouredUntil);
        }
        finally
        {
            held.EndRetrying();
        }
    }
}
