namespace IntentAuthz;

/// <summary>What can be revoked. Revoking one covers what hangs under it.</summary>
public enum RevocationKind
{
    /// <summary>One task, its sub-tasks and their leases.</summary>
    Task,

    /// <summary>One agent: all its tasks.</summary>
    Agent,

    /// <summary>One link of a delegation: all tasks below it.</summary>
    DelegationLink,

    /// <summary>One lease.</summary>
    Lease,

    /// <summary>One approval.</summary>
    Approval,

    /// <summary>One tool of a tenant.</summary>
    Tool,

    /// <summary>One version of a tenant's policies: decisions under it are no longer made.</summary>
    PolicyVersion,

    /// <summary>A whole tenant.</summary>
    Tenant,

    /// <summary>Everything, in all tenants.</summary>
    Everything,

    /// <summary>One issuer: all its leases are unmade and none is issued, in one tenant or in all.</summary>
    Issuer,

    /// <summary>One task is held: suspended until this is lifted and somebody resumes it. Its sub-tasks end, its leases are unmade.</summary>
    TaskHold,
}
