namespace IntentAuthz;

/// <summary>Where a task is: <c>Pending → Active ⇄ Suspended → Completed / Failed / Revoked / Expired</c>.</summary>
public enum TaskState
{
    /// <summary>Opening it waits for an approval; no call runs.</summary>
    Pending,

    /// <summary>Calls are decided and may run.</summary>
    Active,

    /// <summary>No call runs until a person resumes it; its leases were revoked.</summary>
    Suspended,

    /// <summary>The work is done.</summary>
    Completed,

    /// <summary>The work was given up.</summary>
    Failed,

    /// <summary>Its authority was taken away.</summary>
    Revoked,

    /// <summary>Its time ran out.</summary>
    Expired,
}
