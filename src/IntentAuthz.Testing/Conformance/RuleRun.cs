using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace IntentAuthz.Testing;

/// <summary>One rule's run: it makes leases as the broker would, and unmakes all of them in the end.</summary>
internal sealed class RuleRun(IssuerFixture fixture, AgentTask task, CancellationToken cancellationToken)
{
    private readonly ConcurrentQueue<Lease> _leases = new();
    private readonly ConcurrentQueue<Secret> _secrets = new();

    internal ICredentialIssuer Issuer { get; } = fixture.CreateIssuer();

    internal IssuerFixture Fixture => fixture;

    internal CancellationToken Cancellation => cancellationToken;

    internal static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new RuleBroken(otherwise);
        }
    }

    internal static RuleBroken NotApplicable(string why) => new(why, IssuerRuleOutcome.NotApplicable);

    /// <summary>The request with the record as it is written before the issuer is asked.</summary>
    internal IssueRequest Request(TimeSpan? life = null, ImmutableArray<string> scopes = default)
    {
        DateTimeOffset now = fixture.Time.GetUtcNow();
        TimeSpan longest = Issuer.MaxLifetime < fixture.Profile.Lifetime ? Issuer.MaxLifetime : fixture.Profile.Lifetime;
        DateTimeOffset end = now + (life < longest ? life.Value : longest);
        Lease lease = new()
        {
            Id = new LeaseId($"lease_{Guid.NewGuid():N}"),
            Tenant = task.Tenant,
            Task = task.Id,
            Agent = task.Agent.Id,
            Owner = task.Owner,
            Profile = fixture.Profile.Name,
            Issuer = Issuer.Name,
            Audience = fixture.Profile.Audience,
            Scopes = scopes.IsDefault ? fixture.Profile.Scopes : scopes,
            CreatedAt = now,
            ExpiresAt = end,
            RenewableUntil = end + (life ?? TimeSpan.Zero),
            HonouredUntil = end,
        };
        lease = lease with { Handle = Issuer.GetHandle(new IssueRequest(lease, fixture.Profile, task)) };
        _leases.Enqueue(lease);
        return new IssueRequest(lease, fixture.Profile, task);
    }

    internal async Task<IssueResult> AskAsync(IssueRequest request, CancellationToken cancellation)
    {
        IssueResult result = await Issuer.IssueAsync(request, cancellation).ConfigureAwait(false);
        if (result.Secret is { } secret)
        {
            _secrets.Enqueue(secret);
        }

        return result;
    }

    /// <summary>A credential, with the lease's record as it is afterwards.</summary>
    internal async Task<LeasedCredential> IssueAsync(TimeSpan? life = null)
    {
        IssueRequest request = Request(life);
        IssueResult result = await AskAsync(request, cancellationToken).ConfigureAwait(false);
        Demand(result.Succeeded, $"it refused the fixture's own profile: {result.Error}");
        return Take(request, result);
    }

    internal LeasedCredential Take(IssueRequest request, IssueResult result)
    {
        Lease lease = request.Lease with
        {
            State = LeaseState.Active,
            Handle = result.Handle ?? request.Lease.Handle,
            HonouredUntil = result.ExpiresAt,
            ExpiresAt = result.ExpiresAt < request.Lease.ExpiresAt ? result.ExpiresAt : request.Lease.ExpiresAt,
        };
        _leases.Enqueue(lease);
        return new LeasedCredential(lease, request.Profile, result);
    }

    internal async Task<bool> IsHonouredAsync(LeasedCredential credential) => await fixture.IsHonoured(credential, cancellationToken).ConfigureAwait(false);

    internal async Task DemandUnmadeAsync(LeasedCredential credential, string after)
    {
        if (Issuer.RevocationSpeed != RevocationSpeed.ExpiryOnly)
        {
            Demand(!await IsHonouredAsync(credential).ConfigureAwait(false), $"it is still honoured after {after}");
        }
    }

    internal async Task RevokeAsync(Lease lease, ICredentialIssuer? by = null) => await (by ?? Issuer).RevokeAsync(lease, cancellationToken).ConfigureAwait(false);

    internal async Task PassAsync(TimeSpan time)
    {
        if (fixture.Pass is { } pass)
        {
            await pass(time, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await Task.Delay(time, fixture.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Lets time pass until a moment of the issuer's clock, and until the back end has noticed.</summary>
    internal Task PassUntilAsync(DateTimeOffset moment)
    {
        TimeSpan left = moment - fixture.Time.GetUtcNow();
        return PassAsync((left > TimeSpan.Zero ? left : TimeSpan.Zero) + fixture.EndsWithin);
    }

    /// <summary>Takes away what the rule made, whatever came of it.</summary>
    internal async Task CleanUpAsync()
    {
        foreach (Lease lease in _leases)
        {
            try
            {
                await Issuer.RevokeAsync(lease, CancellationToken.None).AsTask().WaitAsync(fixture.RuleTimeout).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // A rule of its own says so.
            }
        }

        foreach (Secret secret in _secrets)
        {
            secret.Dispose();
        }

        if (Issuer is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            (Issuer as IDisposable)?.Dispose();
        }
    }
}
