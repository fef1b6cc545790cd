namespace IntentAuthz.Containment;

/// <summary>Why a workspace did not do what it was asked.</summary>
public enum WorkspaceError
{
    /// <summary>The path is not one of a workspace: absolute and outside of it, with <c>..</c>, a control character, too long or too deep.</summary>
    BadPath,

    /// <summary>The path leads out of the workspace, or through a symbolic link or a mount, which are not followed.</summary>
    Outside,

    /// <summary>Nothing is there.</summary>
    NotFound,

    /// <summary>It is not a regular file (or, where one is needed, not a directory): a device, a pipe and a socket are never opened.</summary>
    WrongKind,

    /// <summary>The file has another name too, which may lie outside of the workspace.</summary>
    HardLinked,

    /// <summary>The file is, or would become, larger than a file may be.</summary>
    TooLarge,

    /// <summary>The workspace would hold more than it may.</summary>
    QuotaExceeded,

    /// <summary>The directory is not empty.</summary>
    NotEmpty,

    /// <summary>The operating system refused for another reason, such as missing permissions or a full disk.</summary>
    Refused,
}
