namespace IntentAuthz;

/// <summary>A lease with its secret, as the broker holds it.</summary>
internal sealed class HeldLease(Lease lease, AgentTask task, ICredentialIssuer issuer)
{
    private bool _isBeingMade = true;
    private int _retrying;

    internal Lease Lease { get; } = lease;

    internal AgentTask Task { get; } = task;

    internal ICredentialIssuer Issuer { get; } = issuer;

    internal LeasedCredential? Credential { get; set; }

    /// <summary>Whether the issuer may still be making it: until then nobody can confirm that nothing is left of it.</summary>
    internal bool IsBeingMade
    {
        get => Volatile.Read(ref _isBeingMade);
        set => Volatile.Write(ref _isBeingMade, value);
    }

    /// <summary>Ends the lease when its time has run out.</summary>
    internal ITimer? Expiry { get; set; }

    /// <summary>True for the first to ask: one loop at a time tries to unmake the lease again.</summary>
    internal bool TryBeginRetrying() => Interlocked.Exchange(ref _retrying, 1) == 0;

    internal void EndRetrying() => Volatile.Write(ref _retrying, 0);
}
