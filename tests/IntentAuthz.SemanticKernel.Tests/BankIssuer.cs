namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Makes the bank's credential. It is asked after the verdict and before the dispatch, which is when a test can interfere.</summary>
internal sealed class BankIssuer(Func<IssueRequest, Task>? meanwhile = null) : ICredentialIssuer
{
    internal const string Token = "s3cret-t0ken-of-the-bank";

    public string Name => "bank";

    public RevocationSpeed RevocationSpeed => RevocationSpeed.Immediate;

    /// <summary>Adds the issuer and its profile.</summary>
    internal static Action<IntentAuthzBuilder> Added(Func<IssueRequest, Task>? meanwhile = null) => builder => builder
        .AddIssuer(new BankIssuer(meanwhile))
        .AddCredentialProfile(new CredentialProfile("bank:write", "bank", "https://bank.example", ["write"], TimeSpan.FromMinutes(5)));

    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        if (meanwhile is not null)
        {
            await meanwhile(request);
        }

        return IssueResult.Issued(Secret.FromString(Token), request.Lease.ExpiresAt);
    }

    public ValueTask RevokeAsync(Lease lease, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
