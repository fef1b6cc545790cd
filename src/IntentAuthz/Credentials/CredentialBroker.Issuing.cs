using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>The making of a lease: written down, asked for, taken over. Whatever goes wrong in between is unmade.</summary>
internal sealed partial class CredentialBroker
{
    private async ValueTask<AcquireResult> IssueAsync(
        AgentTask task, CredentialProfile profile, IssuerWork work, ImmutableArray<string> scopes, CallId? onlyFor, CancellationToken cancellationToken)
    {
        ICredentialIssuer issuer = work.Issuer;
        if (_revoked.CoversIssuer(task.Tenant, issuer.Name))
        {
            return AcquireResult.Failed(ReasonCodes.Revoked, $"The issuer '{issuer.Name}' is revoked; it makes nothing until that is lifted.");
        }

        if (issuer.MaxLifetime <= TimeSpan.Zero)
        {
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' gives no life to what it makes (MaxLifetime is {issuer.MaxLifetime}).");
        }

        IssueRequest request = new(Plan(task, profile, issuer, scopes, onlyFor), profile, task);
        HeldLease held;
        try
        {
            request = new IssueRequest(request.Lease with { Handle = issuer.GetHandle(request) }, profile, task);
            held = new HeldLease(request.Lease, issuer, profile, task) { IsBeingMade = true, IsBeingRecorded = true };
            if (!task.Leases.TryAdd(held, _limits.PerTask))
            {
                return AcquireResult.Failed(
                    ReasonCodes.CredentialQuota, $"The task has {_limits.PerTask} leases already, those that could not be unmade yet among them; wait for calls to end, or raise IntentAuthzOptions.MaxLeasesPerTask.");
            }
        }
        catch (Exception e)
        {
            LogIssueFailed(e, issuer.Name, profile.Name); // nothing was asked for
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' failed ({e.GetType().Name}); see the log.");
        }

        _leases[held.Lease.Id] = held;
        if (await TryRecordAsync(held, cancellationToken).ConfigureAwait(false) is { } failure)
        {
            return failure;
        }

        // Findable first, checked then: whoever ends the task, the issuer or the broker from here on finds the lease.
        if (_isClosing || held.Lease.State != LeaseState.Pending)
        {
            held.IsRecordOnly = true;
            held.IsBeingMade = false;
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.Revoked, "What the credential was for ended before its issuer was asked.");
        }

        return await AskAsync(held, work, request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the lease will be: it lives as long as the least of what policy, issuer and task allow; the task knows of the delegation.</summary>
    private Lease Plan(AgentTask task, CredentialProfile profile, ICredentialIssuer issuer, ImmutableArray<string> scopes, CallId? onlyFor)
    {
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset expires = Earlier(now + (profile.Lifetime < issuer.MaxLifetime ? profile.Lifetime : issuer.MaxLifetime), task.ExpiresAt);
        return new Lease
        {
            Id = LeaseId.New(),
            Tenant = task.Tenant,
            Task = task.Id,
            Agent = task.Agent.Id,
            Owner = task.Owner,
            Profile = profile.Name,
            Issuer = issuer.Name,
            Audience = profile.Audience,
            Scopes = scopes,
            OnlyFor = onlyFor,
            CreatedAt = now,
            ExpiresAt = expires,
            RenewableUntil = profile.RenewableFor is { } most ? Later(Earlier(now + most, task.ExpiresAt), expires) : expires,
            HonouredUntil = expires,
        };
    }

    /// <summary>Writes the lease down before anything is made of it. Null when that is done.</summary>
    private async ValueTask<AcquireResult?> TryRecordAsync(HeldLease held, CancellationToken cancellationToken)
    {
        Task? adding = null;
        try
        {
            adding = _store.AddAsync(held.Lease, cancellationToken).AsTask();
            await adding.WaitAsync(_limits.IssuerTimeout, _time, cancellationToken).ConfigureAwait(false);
            held.IsRecorded = true;
            held.IsBeingRecorded = false;
            return null;
        }
        catch (Exception e)
        {
            // Nobody knows whether it is written; what may be there of it goes again, also what a store that hangs still writes.
            held.IsRecordOnly = true;
            held.IsBeingMade = false;
            Retire(held);
            _ = Task.Run(() => UnmakeAfterAsync(adding, held), CancellationToken.None);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogStoreFailed(e, held.Lease.Id, "before asking the issuer");
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The lease could not be written down ({e.GetType().Name}), so no credential is made; see the log.");
        }
    }

    private async ValueTask<AcquireResult> AskAsync(HeldLease held, IssuerWork work, IssueRequest request, CancellationToken cancellationToken)
    {
        ICredentialIssuer issuer = work.Issuer;
        Task<IssueResult>? making = null;
        try
        {
            using CancellationTokenSource asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            making = Task.Run(() => issuer.IssueAsync(request, asking.Token).AsTask(), CancellationToken.None); // an issuer may work before it first waits
            try
            {
                IssueResult result = await making.WaitAsync(_limits.IssuerTimeout, _time, cancellationToken).ConfigureAwait(false);
                work.Retries.Succeeded();
                if (result.Succeeded)
                {
                    return await TakeAsync(held, result).ConfigureAwait(false);
                }

                held.IsRecordOnly = true; // by the issuer's word the back end holds nothing
                held.IsBeingMade = false;
                await AbandonAsync(held).ConfigureAwait(false);
                return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' refused: {result.Error}");
            }
            catch
            {
                await asking.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
        catch (Exception e)
        {
            // Nobody knows whether something was made: unmake it, whatever it is, and again should the issuer still come up with it.
            bool isLate = making is { IsCompleted: false };
            if (!isLate)
            {
                Discard(held, making);
                held.IsBeingMade = false;
            }

            await AbandonAsync(held).ConfigureAwait(false);
            if (isLate)
            {
                _ = UnmakeLateAsync(held, making!);
            }

            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogIssueFailed(e, issuer.Name, request.Profile.Name);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' failed ({e.GetType().Name}); see the log.");
        }
    }

    /// <summary>Takes over what the issuer made: from here on the scrubber knows it, and the lease ends it.</summary>
    private async ValueTask<AcquireResult> TakeAsync(HeldLease held, IssueResult result)
    {
        AgentTask task = held.Task!;
        Lease lease = held.Change(
            static (l, made) => l with
            {
                HonouredUntil = made.ExpiresAt,
                ExpiresAt = Earlier(l.ExpiresAt, made.ExpiresAt),
                RenewableUntil = Later(l.RenewableUntil, Earlier(l.ExpiresAt, made.ExpiresAt)),
                Handle = made.Handle ?? l.Handle,
            },
            result);
        held.Credential = new LeasedCredential(lease with { State = LeaseState.Active }, held.Profile!, result) { Held = held };
        held.IsBeingMade = false; // not before the handle is in the record: whoever unmakes it from here on reads it there
        for (AgentTask? t = task; t is not null; t = t.Parent)
        {
            t.Leases.NoteLent(lease.Issuer, lease.Profile);
        }

        task.Journal?.Mark(TaskNotes.Lent, TaskNotes.WriteLent(lease.Issuer, lease.Profile)); // written before the call is entered

        if (!_scrubber.TryRemember(lease.Id, result.Secret!, lease.HonouredUntil))
        {
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(
                ReasonCodes.CredentialFailed,
                $"The issuer '{lease.Issuer}' made a secret of fewer than {SecretScrubber.MinLength} characters, escapes counted as what they stand for, which cannot be kept out of results.");
        }

        TimeSpan life = lease.ExpiresAt - _time.GetUtcNow();
        if (life <= TimeSpan.Zero)
        {
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{lease.Issuer}' made a credential that has ended already.");
        }

        held.Deadline = _time.GetTimestamp() + (long)(life.TotalSeconds * _time.TimestampFrequency);
        try
        {
            await WithinAsync(_store.UpdateAsync(lease with { State = LeaseState.Active }, CancellationToken.None), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogStoreFailed(e, lease.Id, "after the issuer made its credential");
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The lease could not be written down ({e.GetType().Name}), so its credential is unmade again; see the log.");
        }

        // In use first, checked then: whoever ends the task either finds the lease in use or is found by this check.
        if (!held.TryMove(LeaseState.Pending, LeaseState.Active) || task.WhyNotActive() is not null
            || _revoked.CoversIssuer(task.Tenant, lease.Issuer))
        {
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.Revoked, "The task ended while its credential was being made.");
        }

        _expiry.Add(held, NextLook(held));
        _audit.Leased(task, lease, "issued", $"A credential '{lease.Profile}' for {lease.Audience} lives until {lease.ExpiresAt:O}.");
        return new AcquireResult(held.Credential, ReasonCodes.Permitted, "");
    }

    /// <summary>An issuer that was given up on may still finish: what it makes then nobody uses, and it is unmade like any other.</summary>
    private async Task UnmakeLateAsync(HeldLease held, Task<IssueResult> making)
    {
        try
        {
            await making.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It made nothing, or nothing that unmaking does not reach.
        }

        Discard(held, making);
        held.IsBeingMade = false;
        await UnmakeAsync(held).ConfigureAwait(false);
    }

    /// <summary>Clears what an issuer made that nobody will use, and keeps what unmaking it needs.</summary>
    private static void Discard(HeldLease held, Task<IssueResult>? making)
    {
        if (making is { IsCompletedSuccessfully: true, Result: { Succeeded: true } made })
        {
            made.Secret.Dispose();
            made.Presentation.Dispose();
            held.Change(static (l, m) => l with { HonouredUntil = Later(m.ExpiresAt, l.HonouredUntil), Handle = m.Handle ?? l.Handle }, made);
        }
    }

    private async Task UnmakeAfterAsync(Task? writing, HeldLease held)
    {
        if (writing is not null)
        {
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        held.IsBeingRecorded = false;
        await UnmakeAsync(held).ConfigureAwait(false);
    }

    /// <summary>A store that hangs is given up on like an issuer.</summary>
    private async ValueTask WithinAsync(ValueTask work, CancellationToken cancellationToken)
    {
        if (work.IsCompletedSuccessfully)
        {
            work.GetAwaiter().GetResult(); // hands a pooled source back
            return;
        }

        await work.AsTask().WaitAsync(_limits.IssuerTimeout, _time, cancellationToken).ConfigureAwait(false);
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
