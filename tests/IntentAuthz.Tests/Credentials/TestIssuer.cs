using System.Collections.Concurrent;

namespace IntentAuthz.Tests.Credentials;

/// <summary>An issuer that counts what it made and unmade, and does as a test says instead when one says so.</summary>
internal sealed class TestIssuer(RevocationSpeed speed = RevocationSpeed.Immediate) : ICredentialIssuer
{
    private int _made;

    public string Name => "vault";

    public RevocationSpeed RevocationSpeed => speed;

    internal int Made => _made;

    internal ConcurrentQueue<(LeaseId Lease, string? Handle)> Unmade { get; } = new();

    internal ConcurrentQueue<Secret> Secrets { get; } = new();

    internal Func<IssueRequest, CancellationToken, ValueTask<IssueResult>>? OnIssue { get; set; }

    internal Func<Lease, CancellationToken, ValueTask>? OnRevoke { get; set; }

    public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _made);
        return OnIssue is { } instead ? instead(request, cancellationToken) : new ValueTask<IssueResult>(Issue(request));
    }

    public async ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken)
    {
        if (OnRevoke is { } first)
        {
            await first(lease, cancellationToken);
        }

        Unmade.Enqueue((lease.Id, lease.Handle));
    }

    internal IssueResult Issue(IssueRequest request, DateTimeOffset? expiresAt = null, string? text = null)
    {
        Secret secret = Secret.FromString(text ?? $"secret-of-{request.Lease.Id}");
        Secrets.Enqueue(secret);
        return IssueResult.Issued(secret, expiresAt ?? request.Lease.ExpiresAt) with { Handle = "handle" };
    }
}
