namespace IntentAuthz;

/// <summary>What an issuer is asked to make. The lease's record exists before the issuer is asked.</summary>
public sealed class IssueRequest
{
    internal IssueRequest(LeaseId lease, CredentialProfile profile, AgentTask task, DateTimeOffset expiresAt)
    {
        Lease = lease;
        Profile = profile;
        Task = task;
        ExpiresAt = expiresAt;
    }

    /// <summary>The lease the credential belongs to; a token carries it as <c>jti</c>.</summary>
    public LeaseId Lease { get; }

    /// <summary>The profile.</summary>
    public CredentialProfile Profile { get; }

    /// <summary>The task it is for: agent, tenant, delegation and purpose.</summary>
    public AgentTask Task { get; }

    /// <summary>When it must have ended: the least of the profile's life and the task's, in wall-clock time.</summary>
    public DateTimeOffset ExpiresAt { get; }
}
