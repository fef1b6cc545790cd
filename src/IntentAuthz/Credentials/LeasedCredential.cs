namespace IntentAuthz;

/// <summary>What a tool receives of a lease: the secret, and what it may be used for. It goes through the invocation, never through arguments.</summary>
public sealed class LeasedCredential
{
    internal LeasedCredential(Lease lease, CredentialProfile profile, IssueResult made)
    {
        Lease = lease;
        RestsOn =
        [
            RevocationTarget.Lease(lease.Tenant, lease.Id), RevocationTarget.Issuer(lease.Tenant, lease.Issuer), RevocationTarget.Issuer(null, lease.Issuer),
        ];
        Profile = profile;
        Secret = made.Secret!;
        UserName = made.UserName;
        Presentation = made.Presentation;
    }

    /// <summary>The lease, as it was when the credential was made.</summary>
    public Lease Lease { get; }

    /// <summary>The profile it was made by.</summary>
    public CredentialProfile Profile { get; }

    /// <summary>The name that goes with the secret, such as a database role's; null when there is none.</summary>
    public string? UserName { get; }

    /// <summary>How it is shown to its target service over HTTP.</summary>
    public CredentialPresentation Presentation { get; }

    /// <summary>The secret. It is cleared when the lease ends; do not keep a copy.</summary>
    public Secret Secret { get; }

    /// <summary>What revoking would stop calls that use it; made once, since each call looks.</summary>
    internal RevocationTarget[] RestsOn { get; }
}
