namespace IntentAuthz;

/// <summary>
/// A lease as the broker of this process holds it: the newest record, and the secret while it is of use. One that was taken over from a process
/// that has ended, or found at a back end, has neither task nor secret, and is there to be unmade.
/// </summary>
internal sealed class HeldLease(Lease lease, ICredentialIssuer? issuer, CredentialProfile? profile = null, AgentTask? task = null)
{
    private readonly Lock _moving = new(); // protects the record
    private Lease _lease = lease;
    private bool _isBeingMade;
    private bool _isBeingRecorded;
    private int _isRenewing;
    private SemaphoreSlim? _unmakingTurn;

    internal Lease Lease => Volatile.Read(ref _lease);

    internal AgentTask? Task { get; } = task;

    internal CredentialProfile? Profile { get; } = profile;

    /// <summary>Who unmakes it; null when the host has no issuer of that name any more.</summary>
    internal ICredentialIssuer? Issuer { get; } = issuer;

    internal LeasedCredential? Credential { get; set; }

    /// <summary>The name of the tool whose call was the last to be given it, by reference: a hint, so that the next call of that tool is not noted again.</summary>
    internal string? LastGivenTo { get; set; }

    internal bool IsActive => Lease.State == LeaseState.Active;

    /// <summary>
    /// Whether it may still come about: true from before anybody can find it until the issuer has answered and the answer is in the record. Until
    /// then nobody can confirm that nothing is left of it, its record stays, and whoever makes it unmakes it again if it was retired meanwhile.
    /// </summary>
    internal bool IsBeingMade
    {
        get => Volatile.Read(ref _isBeingMade);
        set => Volatile.Write(ref _isBeingMade, value);
    }

    /// <summary>Whether its record is known to be in the store.</summary>
    internal bool IsRecorded { get; set; }

    /// <summary>
    /// Whether the store may still be writing its first record: until then nobody removes it, since what a store that hangs writes after the
    /// removal would stay.
    /// </summary>
    internal bool IsBeingRecorded
    {
        get => Volatile.Read(ref _isBeingRecorded);
        set => Volatile.Write(ref _isBeingRecorded, value);
    }

    /// <summary>Whether the issuer was never asked, so that only the record has to go; written before <see cref="IsBeingMade"/> is cleared.</summary>
    internal bool IsRecordOnly { get; set; }

    /// <summary>Whether the issuer has unmade it, so that only the record has to go.</summary>
    internal bool IsUnmade { get; set; }

    /// <summary>Whether an operator has given it up: nobody is asked to unmake it, and what may be left of it is honoured until its end.</summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>Whether its record is gone too.</summary>
    internal bool IsOver { get; set; }

    /// <summary>One at a time unmakes it, since issuers need not bear being asked twice at once. Made when it is first unmade.</summary>
    internal SemaphoreSlim UnmakingTurn => LazyInitializer.EnsureInitialized(ref _unmakingTurn, static () => new SemaphoreSlim(1, 1));

    /// <summary>Whether its time ran out, as opposed to its being taken away.</summary>
    internal bool RanOut { get; set; }

    /// <summary>When its expiry is due, on the monotonic clock; written before the lease is handed out.</summary>
    internal long Deadline { get; set; }

    /// <summary>When unmaking it is tried again, on the monotonic clock; the retries of its issuer own this and what follows.</summary>
    internal long NextAttempt { get; set; }

    /// <summary>When unmaking it was last tried, on the monotonic clock.</summary>
    internal long LastAttempt { get; set; }

    /// <summary>How often it was put off.</summary>
    internal int Attempts { get; set; }

    /// <summary>Whether its next attempt was brought forward since its issuer works again.</summary>
    internal bool IsBroughtForward { get; set; }

    /// <summary>How often it failed although it had been brought forward.</summary>
    internal int FailedForward { get; set; }

    /// <summary>Whether it waits to be tried again.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Puts a newer record in place, made from the present one.</summary>
    internal Lease Change<TState>(Func<Lease, TState, Lease> change, TState state)
    {
        lock (_moving)
        {
            return _lease = change(_lease, state);
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

    /// <summary>Begins a renewal, unless one is under way: the answers of two could overtake each other.</summary>
    internal bool TryBeginRenewing() => Interlocked.Exchange(ref _isRenewing, 1) == 0;

    internal void EndRenewing() => Volatile.Write(ref _isRenewing, 0);

    /// <summary>Lengthens its life, unless it has been taken out of use meanwhile.</summary>
    internal bool TryLengthen(DateTimeOffset expiresAt, DateTimeOffset honouredUntil, long deadline)
    {
        lock (_moving)
        {
            if (_lease.State != LeaseState.Active)
            {
                return false;
            }

            _lease = _lease with { ExpiresAt = expiresAt, HonouredUntil = honouredUntil };
            Deadline = deadline;
            return true;
        }
    }
}
