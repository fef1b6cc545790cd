namespace IntentAuthz;

/// <summary>The record that a credential lives, or may live. It holds no secret. Safe for use by many threads.</summary>
public sealed class Lease
{
    private int _state = (int)LeaseState.Pending;
    private long _expiresAt; // UTC ticks, since a torn DateTimeOffset could read as any time
    private long _honouredUntil;
    private volatile string? _handle;

    internal Lease(LeaseId id, CredentialProfile profile, AgentTask task, DateTimeOffset expiresAt, CallId? onlyFor)
    {
        Id = id;
        Profile = profile;
        Task = task.Id;
        Tenant = task.Tenant;
        Agent = task.Agent.Id;
        _expiresAt = expiresAt.UtcTicks;
        _honouredUntil = expiresAt.UtcTicks;
        OnlyFor = onlyFor;
    }

    /// <summary>The lease's id.</summary>
    public LeaseId Id { get; }

    /// <summary>The profile it was made by.</summary>
    public CredentialProfile Profile { get; }

    /// <summary>The task it serves.</summary>
    public TaskId Task { get; }

    /// <summary>The tenant.</summary>
    public TenantId Tenant { get; }

    /// <summary>The agent it is bound to.</summary>
    public AgentId Agent { get; }

    /// <summary>When it ends by itself, in wall-clock time.</summary>
    public DateTimeOffset ExpiresAt => new(Interlocked.Read(ref _expiresAt), TimeSpan.Zero);

    /// <summary>The one call it serves, when it was made for an approved call; null when it serves its task.</summary>
    public CallId? OnlyFor { get; }

    /// <summary>What the issuer needs to unmake it, or null.</summary>
    public string? Handle => _handle;

    /// <summary>Where it is in its life.</summary>
    public LeaseState State => (LeaseState)Volatile.Read(ref _state);

    /// <summary>Until when the back end honours the credential, by the issuer's word: later than <see cref="ExpiresAt"/> where it made more than was asked for.</summary>
    internal DateTimeOffset HonouredUntil => new(Interlocked.Read(ref _honouredUntil), TimeSpan.Zero);

    internal void Issued(DateTimeOffset expiresAt, string? handle)
    {
        Interlocked.Exchange(ref _honouredUntil, expiresAt.UtcTicks);
        Interlocked.Exchange(ref _expiresAt, Math.Min(Interlocked.Read(ref _expiresAt), expiresAt.UtcTicks));
        _handle = handle;
    }

    internal bool TryMove(LeaseState from, LeaseState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;
}
