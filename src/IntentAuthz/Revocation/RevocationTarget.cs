namespace IntentAuthz;

/// <summary>One thing that is, or may be, revoked. The tenant is part of it; <see cref="Everything"/> alone has none.</summary>
public readonly record struct RevocationTarget
{
    private RevocationTarget(RevocationKind kind, TenantId tenant, string id)
    {
        Kind = kind;
        Tenant = tenant;
        Id = id;
    }

    /// <summary>What kind of thing.</summary>
    public RevocationKind Kind { get; }

    /// <summary>Whose it is; <c>default</c> for <see cref="Everything"/>.</summary>
    public TenantId Tenant { get; }

    /// <summary>Its id; empty for a tenant and for everything.</summary>
    public string Id { get; }

    /// <summary>Everything, in all tenants.</summary>
    public static RevocationTarget Everything { get; } = new(RevocationKind.Everything, default, "");

    /// <summary>One task, its sub-tasks and their leases.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget Task(TenantId tenant, TaskId id) => new(RevocationKind.Task, tenant, id.Value);

    /// <summary>All tasks of one agent.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget Agent(TenantId tenant, AgentId id) => new(RevocationKind.Agent, tenant, id.Value);

    /// <summary>All tasks below one link of a delegation.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget DelegationLink(TenantId tenant, DelegationLinkId id) => new(RevocationKind.DelegationLink, tenant, id.Value);

    /// <summary>One lease.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget Lease(TenantId tenant, LeaseId id) => new(RevocationKind.Lease, tenant, id.Value);

    /// <summary>All leases of one issuer; it makes no more.</summary>
    /// <param name="tenant">Whose leases.</param>
    /// <param name="issuer">The issuer's name.</param>
    public static RevocationTarget Issuer(TenantId tenant, string issuer) =>
        new(RevocationKind.Issuer, tenant, Identifier.Validate(issuer, "issuer name"));

    /// <summary>One approval.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget Approval(TenantId tenant, ApprovalId id) => new(RevocationKind.Approval, tenant, id.Value);

    /// <summary>One tool.</summary>
    /// <param name="tenant">Whose calls of it.</param>
    /// <param name="toolName">The tool's name.</param>
    public static RevocationTarget Tool(TenantId tenant, string toolName) =>
        new(RevocationKind.Tool, tenant, Identifier.Validate(toolName, "tool name"));

    /// <summary>One version of a tenant's policies.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="version">As <see cref="IPolicyEngine.GetVersion"/> names it.</param>
    public static RevocationTarget PolicyVersion(TenantId tenant, string version) =>
        new(RevocationKind.PolicyVersion, tenant, Identifier.Validate(version, "policy version"));

    /// <summary>A whole tenant.</summary>
    /// <param name="tenant">Which.</param>
    public static RevocationTarget WholeTenant(TenantId tenant) => new(RevocationKind.Tenant, tenant, "");

    /// <summary>Takes what a store has written down, by the three members of a target.</summary>
    /// <param name="kind">What kind.</param>
    /// <param name="tenant">Whose; <c>default</c> for <see cref="Everything"/>.</param>
    /// <param name="id">Its id; empty for a tenant and for everything.</param>
    /// <exception cref="ArgumentException">The members do not make a target.</exception>
    public static RevocationTarget FromStore(RevocationKind kind, TenantId tenant, string id) => kind switch
    {
        RevocationKind.Everything => Everything,
        RevocationKind.Tenant => WholeTenant(new TenantId(tenant.Value)),
        _ when Enum.IsDefined(kind) => new(kind, new TenantId(tenant.Value), Identifier.Validate(id, "revocation target")),
        _ => throw new ArgumentException($"{kind} is no kind of revocation.", nameof(kind)),
    };

    /// <summary>Kind and id, such as <c>Task task_…</c>.</summary>
    public override string ToString() => Id is { Length: > 0 } ? $"{Kind} {Id}" : Kind == RevocationKind.Tenant ? $"tenant {Tenant}" : "everything";
}
