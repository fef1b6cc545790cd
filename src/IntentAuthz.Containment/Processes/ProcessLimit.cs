namespace IntentAuthz.Containment;

/// <summary>The limit that ended a contained process, or that it ran into.</summary>
public enum ProcessLimit
{
    /// <summary><see cref="ContainmentLimits.WallTime"/>.</summary>
    WallTime,

    /// <summary><see cref="ContainmentLimits.CpuTime"/>.</summary>
    CpuTime,

    /// <summary><see cref="ContainmentLimits.MemoryBytes"/>: the kernel killed one of its processes.</summary>
    Memory,

    /// <summary><see cref="ContainmentLimits.Processes"/>: a process or thread could not be made.</summary>
    Processes,

    /// <summary><see cref="ContainmentLimits.OutputBytes"/>.</summary>
    Output,

    /// <summary><see cref="ContainmentLimits.FileBytes"/>.</summary>
    FileSize,

    /// <summary><see cref="ContainmentLimits.WorkspaceBytes"/> or <see cref="ContainmentLimits.WorkspaceEntries"/>.</summary>
    Workspace,
}
