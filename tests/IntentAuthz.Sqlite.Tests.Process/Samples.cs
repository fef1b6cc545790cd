using System.Globalization;

namespace IntentAuthz.Sqlite.Tests;

/// <summary>Records as a host would have them.</summary>
public static class Samples
{
    /// <summary>The tenant.</summary>
    public static TenantId Tenant { get; } = new("bank");

    /// <summary>A lease with every member set.</summary>
    public static Lease Lease(string tenant = "bank") => new()
    {
        Id = new LeaseId($"lease_{Guid.NewGuid():N}"),
        Tenant = new TenantId(tenant),
        Task = new TaskId("task_1"),
        Agent = new AgentId("clerk"),
        Owner = "payments team",
        Profile = "orders:read",
        Issuer = "postgres",
        Audience = "orders-db",
        Scopes = ["read:orders", "Größe \"quoted\""],
        OnlyFor = new CallId("call_1"),
        CreatedAt = At(0),
        ExpiresAt = At(60),
        RenewableUntil = At(600),
        HonouredUntil = At(61),
        Handle = "role_1",
        State = LeaseState.Active,
        FailedAttempts = 3,
        IsIrrevocable = true,
    };

    /// <summary>A task with two links and two notes.</summary>
    public static TaskRecord Task() => new()
    {
        Id = new TaskId($"task_{Guid.NewGuid():N}"),
        Tenant = Tenant,
        Agent = new AgentId("clerk"),
        Owner = "payments team",
        Purpose = "pay Ann's \"invoices\"",
        Links = [new DelegationLink(new DelegationLinkId("dlg_1"), new AgentId("desk")), new DelegationLink(new DelegationLinkId("dlg_2"), new AgentId("clerk"))],
        OpenedAt = At(0),
        ExpiresAt = DateTimeOffset.UtcNow.AddDays(1),
        State = TaskState.Active,
        RequestDigest = new string('a', 64),
        Notes = [new TaskNote("facts", "{}"), new TaskNote("call/1", "")],
    };

    /// <summary>A standing stop of an agent.</summary>
    public static RevocationEntry Revocation(string agent, DateTimeOffset? expires = null) => new()
    {
        Target = RevocationTarget.Agent(Tenant, new AgentId(agent)),
        By = Principal.Person("alice", Tenant, "security", "on call"),
        Reason = "seen to misbehave",
        Cause = RevocationCause.Person,
        At = At(1),
        ExpiresAt = expires,
    };

    private static DateTimeOffset At(int seconds) => DateTimeOffset.Parse("2026-11-26T12:00:00Z", CultureInfo.InvariantCulture).AddSeconds(seconds);
}
