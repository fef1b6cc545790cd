namespace IntentAuthz;

/// <summary>
/// One thing that is, or may be, revoked. The tenant is part of it; only <see cref="Everything"/>, and an issuer in all tenants, have none.
/// Making one hashes its texts, so whoever checks often keeps it.
/// </summary>
public readonly record struct RevocationTarget
{
    private RevocationTarget(RevocationKind kind, TenantId tenant, string id)
    {
        Kind = kind;
        Tenant = tenant;
        Id = id;
        Hash = Mix(kind, HashOf(tenant.Value), HashOf(id));
    }

    /// <summary>What kind of thing.</summary>
    public RevocationKind Kind { get; }

    /// <summary>Whose it is; <c>default</c> for <see cref="Everything"/>.</summary>
    public TenantId Tenant { get; }

    /// <summary>Its id; empty for a tenant and for everything.</summary>
    public string Id { get; }

    /// <summary>
    /// What the target is found by, ready made. The texts' hashes are the runtime's, keyed for each process, so nobody outside can choose
    /// names that collide.
    /// </summary>
    internal ulong Hash { get; }

    /// <summary>Whether nobody's tenant is meant but all.</summary>
    internal bool IsAcrossTenants => Tenant.Value is null;

    /// <summary>Everything, in all tenants.</summary>
    public static RevocationTarget Everything { get; } = new(RevocationKind.Everything, default, "");

    /// <summary>One task, its sub-tasks and their leases.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget Task(TenantId tenant, TaskId id) => new(RevocationKind.Task, tenant, id.Value);

    /// <summary>One task, to be suspended rather than ended: no call runs while it stands, and once it is lifted the task can be resumed.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="id">Which.</param>
    public static RevocationTarget TaskHold(TenantId tenant, TaskId id) => new(RevocationKind.TaskHold, tenant, id.Value);

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

    /// <summary>One issuer: its leases are unmade and it issues none.</summary>
    /// <param name="tenant">Whose leases; null for those of all tenants, which takes the operator key.</param>
    /// <param name="issuerName">As <see cref="ICredentialIssuer.Name"/> has it.</param>
    public static RevocationTarget Issuer(TenantId? tenant, string issuerName) =>
        new(RevocationKind.Issuer, tenant ?? default, Identifier.Validate(issuerName, "issuer name"));

    /// <summary>The hash of a target that has not been made, from texts that were hashed before.</summary>
    internal static ulong HashOf(RevocationKind kind, uint tenantHash, uint idHash) => Mix(kind, tenantHash, idHash);

    internal static uint HashOf(string? text) => text is null ? 0 : (uint)text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Takes what a store has written down, by the three members of a target.</summary>
    /// <param name="kind">What kind.</param>
    /// <param name="tenant">Whose; <c>default</c> for <see cref="Everything"/> and for an issuer in all tenants.</param>
    /// <param name="id">Its id; empty for a tenant and for everything.</param>
    /// <exception cref="ArgumentException">The members do not make a target.</exception>
    public static RevocationTarget FromStore(RevocationKind kind, TenantId tenant, string id) => kind switch
    {
        RevocationKind.Everything => Everything,
        RevocationKind.Issuer => Issuer(tenant.Value is null ? null : new TenantId(tenant.Value), id),
        RevocationKind.Tenant => WholeTenant(new TenantId(tenant.Value)),
        _ when Enum.IsDefined(kind) => new(kind, new TenantId(tenant.Value), Identifier.Validate(id, "revocation target")),
        _ => throw new ArgumentException($"{kind} is no kind of revocation.", nameof(kind)),
    };

    /// <summary>Kind and id, such as <c>Task task_…</c>.</summary>
    public override string ToString() => Id is { Length: > 0 } ? $"{Kind} {Id}" : Kind == RevocationKind.Tenant ? $"tenant {Tenant}" : "everything";

    /// <summary>Whether kind, tenant and id are the same.</summary>
    /// <param name="other">The other target.</param>
    public bool Equals(RevocationTarget other) =>
        Hash == other.Hash && Kind == other.Kind && string.Equals(Id, other.Id, StringComparison.Ordinal) && Tenant == other.Tenant;

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(Hash >> 32);

    /// <summary>Spreads what goes in over all bits (the finisher of SplitMix64): a filter and a table take different ones.</summary>
    private static ulong Mix(RevocationKind kind, uint tenantHash, uint idHash)
    {
        ulong x = (((ulong)idHash << 32) | tenantHash) + (((ulong)kind + 1) * 0x9E3779B97F4A7C15);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
