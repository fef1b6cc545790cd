namespace IntentAuthz.Containment;

/// <summary>What an entry of a workspace is.</summary>
public enum WorkspaceEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link. It is listed, and never followed.</summary>
    SymbolicLink,

    /// <summary>A pipe, a socket or a device. It is listed, and never opened.</summary>
    Other,
}
