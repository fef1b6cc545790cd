using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

namespace IntentAuthz;

/// <summary>
/// Hands out credentials and takes them back. A lease is written down before its issuer is asked and stays written down until its issuer has
/// confirmed that nothing is left of it, so that whatever stops this process, the next one knows what to unmake. A lease serves one task, or
/// one call; ending the task unmakes all of its leases.
/// </summary>
internal sealed partial class CredentialBroker : IAsyncDisposable
{
    /// <summary>A credential with less life left than this is not handed out again: it could run out under the tool's hands.</summary>
    private static readonly TimeSpan s_leastLife = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<LeaseId, HeldLease> _leases = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped; // of _stopping; readable also once that is disposed
    private readonly FrozenDictionary<string, CredentialProfile> _profiles;
    private readonly FrozenDictionary<string, IssuerWork> _issuers;
    private readonly RevocationList _revoked;
    private readonly ILeaseStore _store;
    private readonly LeaseExpiry _expiry;
    private readonly SecretScrubber _scrubber;
    private readonly AuditTrail _audit;
    private readonly TimeProvider _time;
    private readonly LeaseLimits _limits;
    private readonly ILogger<CredentialBroker> _logger;
    private volatile bool _isClosing;

    internal CredentialBroker(
        IEnumerable<CredentialProfile> profiles,
        IEnumerable<ICredentialIssuer> issuers,
        ILeaseStore store,
        RevocationList revoked,
        SecretScrubber scrubber,
        AuditTrail audit,
        TimeProvider time,
        LeaseLimits limits,
        ILogger<CredentialBroker> logger)
    {
        _stopped = _stopping.Token;
        _profiles = profiles.ToFrozenDictionary(static p => p.Name, StringComparer.Ordinal);
        _issuers = issuers.ToFrozenDictionary(
            static i => i.Name, i => new IssuerWork(i, new UnmakingRetries(TryUnmakeAsync, time, _stopped)), StringComparer.Ordinal);
        _store = store;
        _revoked = revoked;
        _expiry = new LeaseExpiry(Expire, time);
        _scrubber = scrubber;
        _audit = audit;
        _time = time;
        _limits = limits;
        _logger = logger;
    }

    /// <summary>The leases this process holds that are not over, those being made and unmade among them.</summary>
    internal IEnumerable<Lease> Leases => _leases.Values.Select(static h => h.Lease);

    /// <summary>
    /// The task's lease of a profile, or a new one. For an approved call, and where the profile says so, always a new one, which serves that
    /// call only.
    /// </summary>
    internal ValueTask<AcquireResult> AcquireAsync(AgentTask task, string profileName, CallId call, bool isApproved, CancellationToken cancellationToken)
    {
        if (!isApproved && task.Leases.Find(profileName) is { } held && Moment.Now(_time) is var now && IsGood(held, now))
        {
            return new ValueTask<AcquireResult>(new AcquireResult(held.Credential, ReasonCodes.Permitted, "", now));
        }

        if (!_profiles.TryGetValue(profileName, out CredentialProfile? profile))
        {
            return Failed(
                ReasonCodes.UnknownCredential,
                $"The credential profile '{profileName}' is not declared{Nearest.Hint(profileName, _profiles.Keys)} Declare it with AddCredentialProfile(...).");
        }

        if (!_issuers.TryGetValue(profile.Issuer, out IssuerWork? issuer))
        {
            return Failed(
                ReasonCodes.UnknownCredential,
                $"The credential profile '{profileName}' names the issuer '{profile.Issuer}', which is not registered{Nearest.Hint(profile.Issuer, _issuers.Keys)}");
        }

        ImmutableArray<string> scopes = ScopesFor(task, profile);
        if (scopes.IsEmpty)
        {
            return Failed(
                ReasonCodes.CredentialOutsideMandate,
                $"The mandate of the task, or of one above it, leaves no scope of the credential profile '{profileName}'.");
        }

        return isApproved || profile.IsPerCall
            ? IssueAsync(task, profile, issuer, scopes, call, cancellationToken)
            : IssueForTaskAsync(task, profile, issuer, scopes, cancellationToken);
    }

    /// <summary>
    /// Unmakes all leases of some tasks, those among them that could not be unmade when their call ended or their time ran out. All secrets are
    /// cleared before the first issuer is asked. What an issuer does not confirm within its time goes on in the background and is reported so.
    /// </summary>
    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeTasksAsync(IReadOnlyCollection<AgentTask> tasks)
    {
        List<HeldLease> held = [];
        foreach (AgentTask task in tasks)
        {
            held.AddRange(task.Leases.All);
        }

        return await RetireAllAsync(held).ConfigureAwait(false);
    }

    internal async ValueTask<ImmutableArray<ResidualWindow>> RevokeLeaseAsync(TenantId tenant, LeaseId id) =>
        _leases.TryGetValue(id, out HeldLease? held) && held.Lease.Tenant == tenant ? await RetireAllAsync([held]).ConfigureAwait(false) : [];

    /// <summary>Unmakes all leases of an issuer, of one tenant or of all. That it makes no more is the revocation list's part.</summary>
    internal ValueTask<ImmutableArray<ResidualWindow>> RevokeIssuerAsync(TenantId? tenant, string issuer) =>
        RetireAllAsync([.. _leases.Values.Where(h => h.Lease.Issuer == issuer && (tenant is null || h.Lease.Tenant == tenant))]);

    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        await RetireAllAsync([.. _leases.Values]).ConfigureAwait(false);
        foreach (HeldLease left in _leases.Values.Where(static h => !h.IsUnmade && !h.IsRecordOnly && !h.IsAbandoned))
        {
            LogLeftAtShutdown(left.Lease.Id, left.Lease.HonouredUntil);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _expiry.Dispose();
        _stopping.Dispose();
    }

    private async ValueTask<AcquireResult> IssueForTaskAsync(
        AgentTask task, CredentialProfile profile, IssuerWork issuer, ImmutableArray<string> scopes, CancellationToken cancellationToken)
    {
        // One issue at a time for a task and profile: parallel calls share what the first one gets.
        SemaphoreSlim turn = task.Leases.TurnOf(profile.Name);
        await turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (task.Leases.Find(profile.Name) is { } held
                && (IsGood(held, Moment.Now(_time))
                    || (CanRenew(held) && await TryRenewAsync(held, cancellationToken).ConfigureAwait(false) && IsGood(held, Moment.Now(_time)))))
            {
                return new AcquireResult(held.Credential, ReasonCodes.Permitted, "");
            }

            return task.WhyNotActive() is { } reason
                ? AcquireResult.Failed(reason, "The task stopped running while the call waited for a credential.")
                : await IssueAsync(task, profile, issuer, scopes, onlyFor: null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Whether a lease can be handed out: in use, and by both clocks with some life left.</summary>
    private bool IsGood(HeldLease held, Moment now) =>
        held.IsActive
        && held.Lease.ExpiresAt - now.UtcNow >= s_leastLife
        && _time.GetElapsedTime(now.Timestamp, held.Deadline) >= s_leastLife;

    /// <summary>The profile's scopes that the mandates of the task and of all tasks above it leave.</summary>
    private static ImmutableArray<string> ScopesFor(AgentTask task, CredentialProfile profile)
    {
        ImmutableArray<string> scopes = profile.Scopes;
        for (AgentTask? above = task; above is not null; above = above.Parent)
        {
            scopes = above.Mandate.NarrowScopes(profile.Name, scopes);
        }

        return scopes;
    }

    private static ValueTask<AcquireResult> Failed(string reasonCode, string message) => new(AcquireResult.Failed(reasonCode, message));

    [LoggerMessage(EventId = 300, Level = LogLevel.Error, Message = "Issuer {Issuer} failed to make a credential of profile {Profile}; the call is denied.")]
    private partial void LogIssueFailed(Exception exception, string issuer, string profile);

    [LoggerMessage(EventId = 301, Level = LogLevel.Error, Message = "Lease {Lease} could not be unmade by issuer {Issuer} (failed attempts: {Attempts}); it is tried again until it succeeds.")]
    private partial void LogRevokeFailed(Exception exception, LeaseId lease, string issuer, int attempts);

    [LoggerMessage(EventId = 302, Level = LogLevel.Critical, Message = "Lease {Lease} was not unmade before shutdown; its credential is honoured until {HonouredUntil}. A durable lease store unmakes it at the next start.")]
    private partial void LogLeftAtShutdown(LeaseId lease, DateTimeOffset honouredUntil);

    [LoggerMessage(EventId = 303, Level = LogLevel.Critical, Message = "Lease {Lease} counts as irrevocable: issuer {Issuer} has failed {Attempts} times. Look at the back end; it is tried on.")]
    private partial void LogIrrevocable(LeaseId lease, string issuer, int attempts);

    [LoggerMessage(EventId = 304, Level = LogLevel.Error, Message = "The record of lease {Lease} could not be written ({Doing}).")]
    private partial void LogStoreFailed(Exception exception, LeaseId lease, string doing);

    [LoggerMessage(EventId = 305, Level = LogLevel.Warning, Message = "Lease {Lease} could not be renewed by issuer {Issuer}; it ends at {ExpiresAt}.")]
    private partial void LogRenewFailed(Exception exception, LeaseId lease, string issuer, DateTimeOffset expiresAt);

    [LoggerMessage(EventId = 306, Level = LogLevel.Critical, Message = "Lease {Lease} was made by issuer {Issuer}, which this host does not have; nobody can unmake it. Register the issuer again until its leases are gone.")]
    private partial void LogStranded(LeaseId lease, string issuer);

    [LoggerMessage(EventId = 307, Level = LogLevel.Warning, Message = "Issuer {Issuer} holds the credential of lease {Lease}, of which there is no record; it is unmade.")]
    private partial void LogOrphan(LeaseId lease, string issuer);

    [LoggerMessage(EventId = 308, Level = LogLevel.Error, Message = "Leases of ended processes could not be looked for ({Doing}); it is tried again.")]
    private partial void LogRecoveryFailed(Exception exception, string doing);
}
