namespace IntentAuthz.Containment;

/// <summary>What the kernel says of one file.</summary>
internal readonly record struct FileStatus(uint Mode, uint Links, long Length, ulong Inode, long Changed)
{
    internal uint KindBits => Mode & FileCalls.KindMask;

    internal bool IsFile => KindBits == FileCalls.RegularFile;

    internal bool IsDirectory => KindBits == FileCalls.Directory;

    internal WorkspaceEntryKind Kind => KindBits switch
    {
        FileCalls.RegularFile => WorkspaceEntryKind.File,
        FileCalls.Directory => WorkspaceEntryKind.Directory,
        FileCalls.SymbolicLink => WorkspaceEntryKind.SymbolicLink,
        _ => WorkspaceEntryKind.Other,
    };
}
