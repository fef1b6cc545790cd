using System.Runtime.CompilerServices;

namespace IntentAuthz.Testing.Tests.Conformance;

/// <summary>An issuer that keeps every rule, or breaks the one it is told to.</summary>
internal sealed class ModelIssuer(ModelBackEnd backEnd, string breaks = "") : IListingIssuer, IRenewingIssuer
{
    private static readonly Secret s_shared = Secret.FromString("shared-by-all-leases");

    private readonly HashSet<string> _mine = [];

    public string Name => "model";

    public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

    public string? GetHandle(IssueRequest request) => breaks == IssuerRules.UnmakesHalfMade ? null : Account(request.Lease.Id);

    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        if (breaks != IssuerRules.Cancels)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        await Task.Yield();
        string[] scopes = breaks == IssuerRules.LeastScopes ? [.. request.Profile.Scopes] : [.. request.Lease.Scopes];
        if (scopes.Contains("drop-tables") && breaks != IssuerRules.UnknownScope)
        {
            return IssueResult.Refused("unknown scope");
        }

        string text = breaks switch
        {
            IssuerRules.LongSecret => Guid.NewGuid().ToString("N")[..7],
            IssuerRules.Distinct => "the-same-for-all",
            IssuerRules.OwnSecret => "shared-by-all-leases",
            _ => $"pw-{Guid.NewGuid():N}",
        };
        string account = breaks == IssuerRules.UnmakesHalfMade ? $"r_{Guid.NewGuid():N}" : Account(request.Lease.Id);
        DateTimeOffset until = breaks == IssuerRules.Expires ? DateTimeOffset.MaxValue : request.Lease.ExpiresAt;
        lock (_mine)
        {
            _mine.Add(account);
            if (breaks == IssuerRules.ManyAtOnce && _mine.Count > 16)
            {
                throw new InvalidOperationException("no more connections");
            }
        }

        if (breaks != IssuerRules.Issues)
        {
            backEnd.Accounts[account] = new ModelBackEnd.Entry(request.Lease.Id.Value, text, scopes, until);
        }

        return IssueResult.Issued(
            breaks == IssuerRules.OwnSecret ? s_shared : Secret.FromString(text),
            breaks == IssuerRules.EndsAsAsked ? request.Lease.ExpiresAt + TimeSpan.FromSeconds(1) : request.Lease.ExpiresAt) with
        {
            Handle = breaks switch { IssuerRules.ShowsNothing => $"{account}:{text}", IssuerRules.UnmakesHalfMade => account, _ => null },
        };
    }

    public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        string account = lease.Handle?.Split(':')[0] ?? Account(lease.Id);
        lock (_mine)
        {
            if (breaks == IssuerRules.UnmakesFromRecord && !_mine.Contains(account))
            {
                return ValueTask.CompletedTask;
            }
        }

        bool wasThere = backEnd.Accounts.ContainsKey(account);
        if (!wasThere && breaks is IssuerRules.UnmakesTwice or IssuerRules.UnmakesNothing)
        {
            throw new InvalidOperationException("role does not exist");
        }

        if (breaks != IssuerRules.Unmakes)
        {
            backEnd.Accounts.TryRemove(account, out _);
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<FoundCredential> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach ((string account, ModelBackEnd.Entry entry) in backEnd.Accounts)
        {
            if (breaks != IssuerRules.Lists)
            {
                yield return new FoundCredential(new LeaseId(entry.Lease), account);
            }
        }
    }

    public ValueTask<DateTimeOffset> RenewAsync(Lease lease, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (breaks != IssuerRules.Renews)
        {
            string account = Account(lease.Id);
            backEnd.Accounts[account] = backEnd.Accounts[account] with { Until = until };
        }

        return new ValueTask<DateTimeOffset>(until);
    }

    private static string Account(LeaseId lease) => $"r_{lease}";
}
