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

    /// <summary>Unmakes all leases of a task. Their secrets are cleared before the first issuer is asked.</summary>
    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeTaskAsync(AgentTask task)
    {
        HeldLease[] held = [.. _leases.Values.Where(h => h.Task.Id == task.Id)];
        foreach (HeldLease lease in held)
        {
            Retire(lease);
        }

        foreach ((TaskId Task, string Profile) key in _issuing.Keys)
        {
            if (key.Task == task.Id)
            {
                _issuing.TryRemove(key, out _);
            }
        }

        ResidualWindow[] residuals = await Task.WhenAll(held.Select(UnmakeAsync)).ConfigureAwait(false);
        return [.. residuals];
    }

    internal async ValueTask RevokeLeaseAsync(LeaseId id)
    {
        if (_leases.TryGetValue(id, out HeldLease? held))
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

        await Task.WhenAll(held.Select(UnmakeAsync)).ConfigureAwait(false);
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

            return await IssueAsync(task, profile, issuer, onlyFor: null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask<AcquireResult> IssueAsync(
        AgentTask task, CredentialProfile profile, ICredentialIssuer issuer, CallId? onlyFor, CancellationToken cancellationToken)
    {
        DateTimeOffset expires = _time.GetUtcNow() + profile.Lifetime;
        expires = expires < task.ExpiresAt ? expires : task.ExpiresAt;
        Lease lease = new(LeaseId.New(), profile, task, expires, onlyFor);
        HeldLease held = new(lease, task, issuer);
        _leases[lease.Id] = held;

        IssueResult result;
        try
        {
            result = await issuer.IssueAsync(new IssueRequest(lease.Id, profile, task, expires), cancellationToken)
                .AsTask().WaitAsync(_issuerTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Nobody knows whether something was made: unmake it, whatever it is.
            await AbandonAsync(held).ConfigureAwait(false);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            LogIssueFailed(e, issuer.Name, profile.Name);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' failed ({e.GetType().Name}); see the log.");
        }

        if (!result.Succeeded)
        {
            _leases.TryRemove(lease.Id, out _);
            lease.TryMove(LeaseState.Pending, LeaseState.Revoked);
            return AcquireResult.Failed(ReasonCodes.CredentialFailed, $"The issuer '{issuer.Name}' refused: {result.Error}");
        }

        lease.Issued(result.ExpiresAt, result.Handle);
        held.Credential = new LeasedCredential(lease, result.Secret);
        _scrubber.Remember(lease.Id, result.Secret, result.ExpiresAt > lease.ExpiresAt ? result.ExpiresAt : lease.ExpiresAt);
        if (!lease.TryMove(LeaseState.Pending, LeaseState.Active) || task.WhyNotActive() is not null)
        {
            // The task ended while the issuer worked.
            await AbandonAsync(held).ConfigureAwait(false);
            return AcquireResult.Failed(ReasonCodes.Revoked, "The task ended while its credential was being made.");
        }

        if (onlyFor is null)
        {
            _ofTask[(task.Id, profile.Name)] = held;
        }

        _audit.Leased(task, lease, "issued", $"A credential '{profile.Name}' for {profile.Audience} lives until {lease.ExpiresAt:O}.");
        return new AcquireResult(held.Credential, ReasonCodes.Permitted, "");
    }

    private bool IsGood(HeldLease held) =>
        held.Lease.State == LeaseState.Active && held.Lease.ExpiresAt - _time.GetUtcNow() >= s_leastLife;

    private async ValueTask AbandonAsync(HeldLease held)
    {
        Retire(held);
        await UnmakeAsync(held).ConfigureAwait(false);
    }

    /// <summary>Takes the lease out of use in this process: nobody is handed it from here on, and its secret is cleared.</summary>
    private void Retire(HeldLease held)
    {
        _ = held.Lease.TryMove(LeaseState.Active, LeaseState.Revoking) || held.Lease.TryMove(LeaseState.Pending, LeaseState.Revoking);
        _ofTask.TryRemove(KeyValuePair.Create((held.Task.Id, held.Lease.Profile.Name), held));
        held.Credential?.Secret.Dispose();
    }

    private async Task<ResidualWindow> UnmakeAsync(HeldLease held)
    {
        bool confirmed = await TryUnmakeAsync(held).ConfigureAwait(false);
        if (!confirmed)
        {
            _ = RetryAsync(held);
        }

        Lease lease = held.Lease;
        DateTimeOffset now = _time.GetUtcNow();
        DateTimeOffset until = confirmed && held.Issuer.RevocationSpeed == RevocationSpeed.Immediate ? now : lease.ExpiresAt;
        return new ResidualWindow(lease.Id, lease.Profile.Audience, held.Issuer.RevocationSpeed, until, confirmed);
    }

    private async Task<bool> TryUnmakeAsync(HeldLease held)
    {
        try
        {
            await held.Issuer.RevokeAsync(held.Lease, _stopping.Token).AsTask().WaitAsync(_issuerTimeout, _time).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogRevokeFailed(e, held.Lease.Id, held.Issuer.Name);
            return false;
        }

        if (held.Lease.TryMove(LeaseState.Revoking, LeaseState.Revoked))
        {
            _audit.Leased(held.Task, held.Lease, "revoked", $"The credential '{held.Lease.Profile.Name}' was unmade by '{held.Issuer.Name}'.");
        }

        _leases.TryRemove(held.Lease.Id, out _);
        if (held.Issuer.RevocationSpeed == RevocationSpeed.Immediate)
        {
            _scrubber.Forget(held.Lease.Id);
        }

        return true;
    }

    private async Task RetryAsync(HeldLease held)
    {
        TimeSpan delay = s_retryDelay;
        try
        {
            while (_time.GetUtcNow() < held.Lease.ExpiresAt)
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(false);
                if (await TryUnmakeAsync(held).ConfigureAwait(false))
                {
                    return;
                }

                delay = delay * 2 < TimeSpan.FromMinutes(1) ? delay * 2 : TimeSpan.FromMinutes(1);
            }

            held.Lease.TryMove(LeaseState.Revoking, LeaseState.Expired);
            _leases.TryRemove(held.Lease.Id, out _);
        }
        catch (OperationCanceledException)
        {
            LogLeftAtShutdown(held.Lease.Id, held.Lease.ExpiresAt);
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Issuer {Issuer} failed to make a credential of profile {Profile}; the call is denied.")]
    private partial void LogIssueFailed(Exception exception, string issuer, string profile);

    [LoggerMessage(EventId = 301, Level = LogLevel.Error, Message = "Lease {Lease} could not be unmade by issuer {Issuer}; it is tried again until the credential expires.")]
    private partial void LogRevokeFailed(Exception exception, LeaseId lease, string issuer);

    [LoggerMessage(EventId = 302, Level = LogLevel.Critical, Message = "Lease {Lease} was not unmade before shutdown; its credential is honoured until {ExpiresAt}.")]
    private partial void LogLeftAtShutdown(LeaseId lease, DateTimeOffset expiresAt);
}
