namespace IntentAuthz;

/// <summary>What a tool receives of a lease: the secret, and what it may be used for. It goes through the invocation, never through arguments.</summary>
public sealed class LeasedCredential
{
    /// <summary>Puts one together from what an issuer made; for tests of tools and issuers.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="made">What the issuer made.</param>
    /// <exception cref="ArgumentException">The issuer made nothing.</exception>
    public LeasedCredential(Lease lease, CredentialProfile profile, IssueResult made)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(made);
        Lease = lease;
        RestsOn =
        [
            RevocationTarget.Lease(lease.Tenant, lease.Id), RevocationTarget.Issuer(lease.Tenant, lease.Issuer), RevocationTarget.Issuer(null, lease.Issuer),
        ];
        Profile = profile;
        Secret = made.Secret ?? throw new ArgumentException($"The issuer made no credential: {made.Error}", nameof(made));
        UserName = made.UserName;
        Presentation = made.Presentation;
    }

    /// <summary>The lease, as it was when the credential was made.</summary>
    public Lease Lease { get; }

    /// <summary>What the broker holds of it; null when a test has put it together.</summary>
    internal HeldLease? Held { get; init; }

    /// <summary>Whether the lease is in use: not ended, and nothing it rests on revoked.</summary>
    internal bool IsLive => Held is null or { IsActive: true };

    /// <summary>The profile it was made by.</summary>
    public CredentialProfile Profile { get; }

    /// <summary>The name that goes with the secret, such as a database role's; null when there is none.</summary>
    public string? UserName { get; }

    /// <summary>How it is shown to its target service over HTTP.</summary>
    public CredentialPresentation Presentation { get; }

    /// <summary>The secret. It is cleared when the lease ends; do not keep a copy.</summary>
    public Secret Secret { get; }

    /// <summary>
    /// A client that puts this credential on its requests, and sends requests to its service only; see <see cref="CredentialHandler"/>. Its base
    /// address is the profile's endpoint. The caller disposes it.
    /// </summary>
    /// <exception cref="ArgumentException">The profile has no endpoint.</exception>
    public HttpClient CreateHttpClient()
    {
        CredentialHandler handler = new(this);
        return new HttpClient(handler) { BaseAddress = Profile.Endpoint };
    }

    /// <summary>Profile and audience, for logs.</summary>
    public override string ToString() => $"[secret] of {Profile.Name} for {Lease.Audience}";

    /// <summary>What revoking would stop calls that use it; made once, since each call looks.</summary>
    internal RevocationTarget[] RestsOn { get; }
}
