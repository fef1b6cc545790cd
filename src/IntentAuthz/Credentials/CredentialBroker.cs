using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Hands out credentials and takes them back. A lease's record exists before its issuer is asked; a lease serves one task, or one approved
/// call; ending the task unmakes all of its leases. What could not be unmade at once is tried again in the background until its time has
/// run out, and reported meanwhile.
/// </summary>
internal sealed partial class CredentialBroker : IAsyncDisposable
{
    /// <summary>A credential with less life left than this is not handed out again: it could run out under the tool's hands.</summary>
    private static readonly TimeSpan s_leastLife = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<LeaseId, HeldLease> _leases = new();
    private readonly ConcurrentDictionary<(TaskId Task, string Profile), HeldLease> _ofTask = new();
    private readonly ConcurrentDictionary<(TaskId Task, string Profile), SemaphoreSlim> _issuing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly FrozenDictionary<string, CredentialProfile> _profiles;
    private readonly FrozenDictionary<string, ICredentialIssuer> _issuers;
    private readonly SecretScrubber _scrubber;
    private readonly AuditTrail _audit;
    private readonly TimeProvider _time;
    private readonly TimeSpan _issuerTimeout;
    private readonly ILogger<CredentialBroker> _logger;

    internal CredentialBroker(
        IEnumerable<CredentialProfile> profiles,
        IEnumerable<ICredentialIssuer> issuers,
        SecretScrubber scrubber,
        AuditTrail audit,
        TimeProvider time,
        TimeSpan issuerTimeout,
        ILogger<CredentialBroker> logger)
    {
        _profiles = profiles.ToFrozenDictionary(static p => p.Name, StringComparer.Ordinal);
        _issuers = issuers.ToFrozenDictionary(static i => i.Name, StringComparer.Ordinal);
        _scrubber = scrubber;
        _audit = audit;
        _time = time;
        _issuerTimeout = issuerTimeout;
        _logger = logger;
    }

    internal IEnumerable<Lease> LiveLeases => _leases.Values.Select(static h => h.Lease).Where(static l => l.State is LeaseState.Pending or LeaseState.Active or LeaseState.Revoking);

    /// <summary>The task's lease of a profile, or a new one; for an approved call always a new one, which serves that call only.</summary>
    internal ValueTask<AcquireResult> AcquireAsync(AgentTask task, string profileName, CallId? onlyFor, CancellationToken cancellationToken)
    {
        if (onlyFor is null && _ofTask.TryGetValue((task.Id, profileName), out HeldLease? held) && IsGood(held))
        {
            return new ValueTask<AcquireResult>(new AcquireResult(held.Credential, ReasonCodes.Permitted, ""));
        }

        if (!_profiles.TryGetValue(profileName, out CredentialProfile? profile))
        {
            return new ValueTask<AcquireResult>(AcquireResult.Failed(
                ReasonCodes.UnknownCredential,
                $"The credential profile '{profileName}' is not declared{Nearest.Hint(profileName, _profiles.Keys)} Declare it with AddCredentialProfile(...)."));
        }

        if (!_issuers.TryGetValue(profile.Issuer, out ICredentialIssuer? issuer))
        {
            return new ValueTask<AcquireResult>(AcquireResult.Failed(
                ReasonCodes.UnknownCredential,
                $"The credential profile '{profileName}' names the issuer '{profile.Issuer}', which is not registered{Nearest.Hint(profile.Issuer, _issuers.Keys)}"));
        }

        return onlyFor is null
            ? IssueForTaskAsync(task, profile, issuer, cancellationToken)
            : IssueAsync(task, profile, issuer, onlyFor, cancellationToken);
    }

    /// <summary>
    /// Unmakes all leases of some tasks. All secrets are cleared before the first issuer is asked, and the issuers are asked side by side, so
    /// that one that hangs holds up no other.
    /// </summary>
    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeTasksAsync(IReadOnlyCollection<AgentTask> tasks)
    {
        HashSet<TaskId> ids = [.. tasks.Select(static t => t.Id)];
        HeldLease[] held = [.. _leases.Values.Where(h => ids.Contains(h.Task.Id))];
        foreach (HeldLease lease in held)
        {
            Retire(lease);
        }

        foreach (TaskId id in ids)
        {
            foreach (string profile in _profiles.Keys)
            {
                _issuing.TryRemove((id, profile), out _);
            }
        }

        return [.. await UnmakeAllAsync(held).ConfigureAwait(false)];
    }

    internal async ValueTask RevokeLeaseAsync(TenantId tenant, LeaseId id)
    {
        if (_leases.TryGetValue(id, out HeldLease? held) && held.Lease.Tenant == tenant)
        {
            Retire(held);
            await UnmakeAsync(held).ConfigureAwait(false);
        }
    }

    internal bool IsLive(LeaseId id) => _leases.TryGetValue(id, out HeldLease? held) && held.Lease.State == LeaseState.Active;

    public async ValueTask DisposeAsync()
    {
        HeldLease[] held = [.. _leases.Values];
        foreach (HeldLease lease in held)
        {
            Retire(lease);
        }

        await UnmakeAllAsync(held).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async ValueTask<AcquireResult> IssueForTaskAsync(
        AgentTask task, CredentialProfile profile, ICredentialIssuer issuer, CancellationToken cancellationToken)
    {
        // One issue at a time for a task and profile: parallel calls share what the first one gets.
        SemaphoreSlim turn = _issuing.GetOrAdd((task.Id, profile.Name), static _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_ofTask.TryGetValue((task.Id, profile.Name), out HeldLease? held) && IsGood(held))
            {
                return new AcquireResult(held.Credential, ReasonCodes.Permitted, "");
            }

            return task.WhyNotActive() is { } reason
                ? AcquireResult.Failed(reason, "The task stopped running while the call waited for a credential.")
                : await IssueAsync(task, profile, issuer, onlyFor: null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
            if (task.HasEnded)
            {
                _issuing.TryRemove((task.Id, profile.Name), out _); // its end may have come before the turn was added
            }
        }
    }

    private async ValueTask<AcquireResult> IssueAsync(
        AgentTask task, CredentialProfile profile, ICredentialIssuer issuer, CallId? onlyFor, CancellationToken cancellationToken)
    {
        DateTimeOffset expires = _time.GetUtcNow() + profile.Lifetime;
        expires = expires < task.ExpiresAt ? expires : task.ExpiresAt;
        Lease lease = new()
        {
            Id = LeaseId.New(),
            Tenant = task.Tenant,
            Task = task.Id,
            Agent = task.Agent.Id,
            Owner = task.Owner,
            Profile = profile.Name,
            Issuer = issuer.Name,
            Audience = profile.Audience,
            Scopes = profile.Scopes,
            OnlyFor = onlyFor,
            CreatedAt = _time.GetUtcNow(),
            ExpiresAt = expires,
            RenewableUntil = expires,
            HonouredUntil = expires,
        };
        HeldLease held = new(lease, profile, task, issuer);
        _leases[lease.Id] = held;

        Task<IssueResult>? making = null;
        try
        {
            using CancellationTokenSource asking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            making = issuer.IssueAsync(new IssueRequest(lease, profile, task), asking.Token).AsTask();
            try
            {
                IssueResult result = await making.WaitAsync(_issuerTimeout, _time, cancellationToken).ConfigureAwait(false);
                if (!result.Succeeded)
                {
                    _leases.TryRemove(lease.Id, out _);
                    _ = held.TryMove(LeaseState.Pending, LeaseState.Revoked) || held.TryMove(LeaseState.Revoking, LeaseState.Revoked);
                    return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' refused: {result.Error}");
                }

                return await TakeAsync(held, result).ConfigureAwait(false);
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
            held.IsBeingMade = making is { IsCompleted: false };
            await AbandonAsync(held).ConfigureAwait(false);
            if (making is not null)
            {
                _ = UnmakeLateAsync(held, making);
            }

            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogIssueFailed(e, issuer.Name, profile.Name);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' failed ({e.GetType().Name}); see the log.");
        }
    }

    /// <summary>Takes over what the issuer made: from here on the scrubber knows it, and the lease ends it.</summary>
    private async ValueTask<AcquireResult> TakeAsync(HeldLease held, IssueResult result)
    {
        Lease lease = held.Lease;
        AgentTask task = held.Task;
        Secret secret = result.Secret!;
        held.Issued(result.ExpiresAt, result.Handle);
        lease = held.Lease;
        held.Credential = new LeasedCredential(lease, held.Profile, result);
        held.IsBeingMade = false;
        if (!_scrubber.TryRemember(lease.Id, secret, lease.HonouredUntil))
        {
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(
                ReasonCodes.CredentialFailed,
                $"The issuer '{held.Issuer.Name}' made a secret of fewer than {SecretScrubber.MinLength} characters, which cannot be kept out of results.");
        }

        if (!held.TryMove(LeaseState.Pending, LeaseState.Active) || task.WhyNotActive() is not null)
        {
            // The task ended while the issuer worked, and what was unmade then was not all: begin again.
            held.TryMove(LeaseState.Revoked, LeaseState.Revoking);
            _leases[lease.Id] = held;
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.Revoked, "The task ended while its credential was being made.");
        }

        if (lease.OnlyFor is null)
        {
            _ofTask[(task.Id, lease.Profile)] = held;
        }

        TimeSpan life = lease.ExpiresAt - _time.GetUtcNow();
        held.Expiry = _time.CreateTimer(
            static state =>
            {
                (CredentialBroker broker, HeldLease expiring) = ((CredentialBroker, HeldLease))state!;
                broker.Expire(expiring);
            },
            (this, held), life > TimeSpan.Zero ? life : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        if (held.Lease.State != LeaseState.Active)
        {
            Retire(held); // it ended just now, before the two entries above could be taken out again
        }

        _audit.Leased(task, lease, "issued", $"A credential '{lease.Profile}' for {lease.Audience} lives until {lease.ExpiresAt:O}.");
        return new AcquireResult(held.Credential, ReasonCodes.Permitted, "");
    }

    /// <summary>An issuer that was given up on may still finish: what it makes then nobody uses, and it is unmade like any other.</summary>
    private async Task UnmakeLateAsync(HeldLease held, Task<IssueResult> making)
    {
        IssueResult? late;
        try
        {
            late = await making.ConfigureAwait(false);
        }
        catch (Exception)
        {
            held.IsBeingMade = false; // made nothing, or nothing that the first unmaking did not reach
            return;
        }

        if (late is { Succeeded: true })
        {
            late.Secret.Dispose();
            held.Issued(late.ExpiresAt, late.Handle);
            held.TryMove(LeaseState.Revoked, LeaseState.Revoking);
            _leases[held.Lease.Id] = held;
            await UnmakeAsync(held).ConfigureAwait(false);
        }

        held.IsBeingMade = false;
    }

    private bool IsGood(HeldLease held) =>
        held.Lease.State == LeaseState.Active && held.Lease.ExpiresAt - _time.GetUtcNow() >= s_leastLife;

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Issuer {Issuer} failed to make a credential of profile {Profile}; the call is denied.")]
    private partial void LogIssueFailed(Exception exception, string issuer, string profile);

    [LoggerMessage(EventId = 301, Level = LogLevel.Error, Message = "Lease {Lease} could not be unmade by issuer {Issuer}; it is tried again until the credential expires.")]
    private partial void LogRevokeFailed(Exception exception, LeaseId lease, string issuer);

    [LoggerMessage(EventId = 302, Level = LogLevel.Critical, Message = "Lease {Lease} was not unmade before shutdown; its credential is honoured until {ExpiresAt}.")]
    private partial void LogLeftAtShutdown(LeaseId lease, DateTimeOffset expiresAt);
}
