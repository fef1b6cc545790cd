namespace IntentAuthz;

/// <summary>What an audit record tells.</summary>
public enum AuditKind
{
    /// <summary>A tool call was decided. Written before the tool runs.</summary>
    Decision,

    /// <summary>How a permitted call ended.</summary>
    Outcome,

    /// <summary>A named principal opened, approved, revoked, resumed or reloaded something, or was refused.</summary>
    Administration,

    /// <summary>A lease was made or unmade, or that failed.</summary>
    Lease,

    /// <summary>A task changed its state.</summary>
    Task,

    /// <summary>A detector raised a signal.</summary>
    Signal,
}
