namespace IntentAuthz;

/// <summary>The record that a credential lives, or may live. It holds no secret. Safe for use by many threads.</summary>
public sealed class Lease
{
    private int _state = (int)LeaseState.Pending;

    internal Lease(LeaseId id, CredentialProfile profile, AgentTask task, DateTimeOffset expiresAt, CallId? onlyFor)
    {
        Id = id;
        Profile = profile;
        Task = task.Id;
        Tenant = task.Tenant;
        Agent = task.Agent.Id;
        ExpiresAt = expiresAt;
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
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>The one call it serves, when it was made for an approved call; null when it serves its task.</summary>
    public CallId? OnlyFor { get; }

    /// <summary>What the issuer needs to unmake it, or null.</summary>
    public string? Handle { get; private set; }

    /// <summary>Where it is in its life.</summary>
    public LeaseState State => (LeaseState)Volatile.Read(ref _state);

    internal void Issued(DateTimeOffset expiresAt, string? handle)
    {
        ExpiresAt = expiresAt < ExpiresAt ? expiresAt : ExpiresAt;
        Handle = handle;
    }

    internal bool TryMove(LeaseState from, LeaseState to) =>
        Interlocked.CompareExchange(ref _state, (int)to, (int)from) == (int)from;
}
