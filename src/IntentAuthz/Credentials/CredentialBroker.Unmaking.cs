using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// The end of a lease: out of use at once, unmade as soon as its issuer can, tried again without end. Its record goes last, when nothing is left
/// of the credential.
/// </summary>
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
        if (!held.TryMove(LeaseState.Active, LeaseState.Revoking))
        {
            held.TryMove(LeaseState.Pending, LeaseState.Revoking);
        }
        else if (!held.RanOut) // what ran out is out of the queue already
        {
            _expiry.CountDead();
        }

        if (held.Credential is { } credential)
        {
            credential.Secret.Dispose();
            credential.Presentation.Dispose();
        }
    }

    private async ValueTask<ImmutableArray<ResidualWindow>> RetireAllAsync(List<HeldLease> held)
    {
        if (held.Count == 0)
        {
            return [];
        }

        foreach (HeldLease lease in held)
        {
            Retire(lease);
        }

        // Each on a thread of its own, since an issuer may work before it first waits.
        Task<ResidualWindow>[] unmaking = [.. held.Select(h => Task.Run(() => UnmakeAsync(h)))];
        try
        {
            await Task.WhenAll(unmaking).WaitAsync(_limits.IssuerTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What an issuer is not done with goes on in the background, and its record stays until then.
        }

        return [.. unmaking.Zip(held, (u, h) => u.IsCompletedSuccessfully ? u.Result : WindowOf(h))];
    }

    private void UnmakeInBackground(HeldLease held) => _ = Task.Run(() => UnmakeAsync(held));

    private async Task<ResidualWindow> UnmakeAsync(HeldLease held)
    {
        if (!await TryUnmakeAsync(held).ConfigureAwait(false))
        {
            TryAgain(held);
        }

        return WindowOf(held);
    }

    private void TryAgain(HeldLease held)
    {
        if (_issuers.TryGetValue(held.Lease.Issuer, out IssuerWork? work))
        {
            work.Retries.Add(held);
        }
    }

    private ResidualWindow WindowOf(HeldLease held)
    {
        bool confirmed = !held.IsBeingMade && (held.IsUnmade || held.IsRecordOnly); // whether the record has gone too is no matter of what is honoured
        Lease lease = held.Lease;
        RevocationSpeed speed = held.Issuer?.RevocationSpeed ?? RevocationSpeed.ExpiryOnly;
        return new ResidualWindow(
            lease.Id,
            lease.Audience,
            speed,
            confirmed && (speed == RevocationSpeed.Immediate || held.IsRecordOnly) ? _time.GetUtcNow() : lease.HonouredUntil,
            confirmed,
            IsQueuedDurably: !confirmed && held.IsRecorded && _store.IsDurable);
    }

    /// <summary>Unmakes the credential, then removes the record. False when it has to be tried again; throws nothing.</summary>
    private async Task<bool> TryUnmakeAsync(HeldLease held)
    {
        try
        {
            SemaphoreSlim turn = held.UnmakingTurn;
            await turn.WaitAsync(_stopped).ConfigureAwait(false);
            try
            {
                return held.IsOver || await UnmakeInTurnAsync(held).ConfigureAwait(false);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (Exception) when (_stopped.IsCancellationRequested)
        {
            return false; // the record stays, for the next start
        }
        catch (Exception e)
        {
            LogUnmakingFault(e, held.Lease.Id);
            return false;
        }
    }

    private async Task<bool> UnmakeInTurnAsync(HeldLease held)
    {
        // Read before the issuer is asked: what comes up while it answers, its answer does not speak of.
        bool isBeingMade = held.IsBeingMade;
        if (!held.IsRecordOnly && !held.IsAbandoned && !held.IsUnmade)
        {
            if (!await TryAskToUnmakeAsync(held).ConfigureAwait(false))
            {
                return false;
            }

            held.IsUnmade = !isBeingMade;
        }

        if (isBeingMade || held.IsBeingRecorded)
        {
            return false; // whoever makes it, or waits for the store, unmakes it once more
        }

        try
        {
            await WithinAsync(_store.RemoveAsync(held.Lease.Id, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogStoreFailed(e, held.Lease.Id, "after it was unmade");
            return false;
        }

        held.IsOver = true;
        held.Task?.Leases.Remove(held);
        _leases.TryRemove(held.Lease.Id, out _);
        LeaseState ended = held.RanOut ? LeaseState.Expired : LeaseState.Revoked;
        if (held.TryMove(LeaseState.Revoking, ended) && !held.IsRecordOnly && !held.IsAbandoned)
        {
            string how = held.RanOut ? "ran out" : "was taken away";
            _audit.Leased(held.Task, held.Lease, held.RanOut ? "expired" : "revoked", $"The credential '{held.Lease.Profile}' {how} and was unmade by '{held.Lease.Issuer}'.");
        }

        _ = ForgetAsync(held);
        return true;
    }

    private async Task<bool> TryAskToUnmakeAsync(HeldLease held)
    {
        if (held.Issuer is not { } issuer || !_issuers.TryGetValue(issuer.Name, out IssuerWork? work))
        {
            LogStranded(held.Lease.Id, held.Lease.Issuer);
            return false;
        }

        try
        {
            await work.Unmaking.WaitAsync(_stopped).ConfigureAwait(false);
            try
            {
                await AskToUnmakeAsync(held, issuer).ConfigureAwait(false);
            }
            finally
            {
                work.Unmaking.Release();
            }
        }
        catch (Exception e) when (!_stopped.IsCancellationRequested)
        {
            await CountFailureAsync(held, issuer, e).ConfigureAwait(false);
            return false;
        }

        work.Retries.Succeeded();
        return true;
    }

    private async Task AskToUnmakeAsync(HeldLease held, ICredentialIssuer issuer)
    {
        using CancellationTokenSource asking = CancellationTokenSource.CreateLinkedTokenSource(_stopped);
        try
        {
            await Task.Run(() => issuer.RevokeAsync(held.Lease, asking.Token).AsTask(), CancellationToken.None)
                .WaitAsync(_limits.IssuerTimeout, _time, _stopped).ConfigureAwait(false);
        }
        catch
        {
            await asking.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CountFailureAsync(HeldLease held, ICredentialIssuer issuer, Exception failure)
    {
        bool wasIrrevocable = held.Lease.IsIrrevocable;
        Lease lease = held.Change(
            static (l, threshold) => l with { FailedAttempts = l.FailedAttempts + 1, IsIrrevocable = l.FailedAttempts + 1 >= threshold }, _limits.IrrevocableAfter);
        LogRevokeFailed(failure, lease.Id, issuer.Name, lease.FailedAttempts);
        if (lease.IsIrrevocable && !wasIrrevocable)
        {
            LogIrrevocable(lease.Id, issuer.Name, lease.FailedAttempts);
            _audit.Leased(held.Task, lease, "irrevocable", $"The issuer '{issuer.Name}' has failed {lease.FailedAttempts} times to unmake the credential '{lease.Profile}'; it is honoured until {lease.HonouredUntil:O}.");
        }

        try
        {
            await WithinAsync(_store.UpdateAsync(lease, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogStoreFailed(e, lease.Id, "to count a failure"); // the record there is says all that is needed
        }
    }

    /// <summary>Text that goes to the model is searched for the secret until the back end does not honour it any more.</summary>
    private async Task ForgetAsync(HeldLease held)
    {
        bool isDead = held.IsRecordOnly || (held.IsUnmade && held.Issuer?.RevocationSpeed == RevocationSpeed.Immediate);
        TimeSpan residual = isDead ? TimeSpan.Zero : held.Lease.HonouredUntil - _time.GetUtcNow();
        try
        {
            if (residual > TimeSpan.Zero)
            {
                await Task.Delay(residual < s_longestMemory ? residual : s_longestMemory, _time, _stopped).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return; // shutting down
        }

        _scrubber.Forget(held.Lease.Id);
    }

    /// <summary>A secret that is honoured for good is remembered by its source, not lease by lease.</summary>
    private static readonly TimeSpan s_longestMemory = TimeSpan.FromDays(30);

    [LoggerMessage(EventId = 309, Level = LogLevel.Error, Message = "A fault while lease {Lease} was being unmade; it is tried again.")]
    private partial void LogUnmakingFault(Exception exception, LeaseId lease);
}
