namespace IntentAuthz;

/// <summary>A lease with its secret, as the broker holds it.</summary>
internal sealed class HeldLease(Lease lease, AgentTask task, ICredentialIssuer issuer)
{
    internal Lease Lease { get; } = lease;

    internal AgentTask Task { get; } = task;

    internal ICredentialIssuer Issuer { get; } = issuer;

    internal LeasedCredential? Credential { get; set; }
}
