namespace IntentAuthz;

/// <summary>What an entry of an incident's timeline tells.</summary>
public enum IncidentEntryKind
{
    /// <summary>It was opened. The first entry of each incident, and the only one that can be the first.</summary>
    Opened,

    /// <summary>A signal was raised in what it is about.</summary>
    Signal,

    /// <summary>What was known at that moment: tasks with their latest events, calls, leases, approvals.</summary>
    Evidence,

    /// <summary>What it is about was frozen.</summary>
    Frozen,

    /// <summary>A host says what a freeze or a revocation stopped there, and what that leaves.</summary>
    Stopped,

    /// <summary>What it is about was revoked.</summary>
    Revoked,

    /// <summary>A host says which long-lived secrets were renewed.</summary>
    Rotated,

    /// <summary>Its evidence was exported.</summary>
    Exported,

    /// <summary>Somebody asks the hosts: what is live, or to reopen.</summary>
    Asked,

    /// <summary>A host answers.</summary>
    Answered,

    /// <summary>The stop was lifted.</summary>
    Reopened,

    /// <summary>It is over.</summary>
    Closed,

    /// <summary>A host has written a step that was taken outside of every host to its audit: the entry that this one answers.</summary>
    Audited,
}
