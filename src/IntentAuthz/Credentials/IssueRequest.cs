namespace IntentAuthz;

/// <summary>What an issuer is asked to make. The lease's record is written before the issuer is asked.</summary>
public sealed class IssueRequest
{
    /// <summary>Asks; for tests of issuers. It grants nothing: the broker makes its own.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="task">The task.</param>
    public IssueRequest(Lease lease, CredentialProfile profile, AgentTask task)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(task);
        Lease = lease;
        Profile = profile;
        Task = task;
    }

    /// <summary>
    /// The lease the credential belongs to. Its id, which cannot be guessed, goes into what is made (a token carries it as <c>jti</c>); its
    /// <see cref="Lease.Scopes"/> are all it may do, which can be fewer than the profile's; its <see cref="Lease.ExpiresAt"/> is when it must
    /// have ended.
    /// </summary>
    public Lease Lease { get; }

    /// <summary>The profile.</summary>
    public CredentialProfile Profile { get; }

    /// <summary>The task it is for: agent, tenant, delegation and purpose.</summary>
    public AgentTask Task { get; }
}
