namespace IntentAuthz;

/// <summary>A lease with its secret, as the broker holds it.</summary>
internal sealed class HeldLease(Lease lease, CredentialProfile profile, AgentTask task, ICredentialIssuer issuer)
{
    private readonly Lock _moving = new(); // protects the record
    private Lease _lease = lease;
    private bool _isBeingMade = true;
    private int _retrying;

    internal Lease Lease => Volatile.Read(ref _lease);

    internal CredentialProfile Profile { get; } = profile;

    internal void Issued(DateTimeOffset expiresAt, string? handle)
    {
        lock (_moving)
        {
            _lease = _lease with { HonouredUntil = expiresAt, ExpiresAt = expiresAt < _lease.ExpiresAt ? expiresAt : _lease.ExpiresAt, Handle = handle ?? _lease.Handle };
        }
    }

    internal bool TryMove(LeaseState from, LeaseState to)
    {
        lock (_moving)
        {
            if (_lease.State != from)
            {
                return false;
            }

            _lease = _lease with { State = to };
            return true;
        }
    }

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
