namespace IntentAuthz;

/// <summary>What a tool receives of a lease: the secret, and what it may be used for. It goes through the invocation, never through arguments.</summary>
public sealed class LeasedCredential
{
    internal LeasedCredential(Lease lease, Secret secret)
    {
        Lease = lease;
        Secret = secret;
    }

    /// <summary>The lease.</summary>
    public Lease Lease { get; }

    /// <summary>The secret. It is cleared when the lease ends; do not keep a copy.</summary>
    public Secret Secret { get; }
}
