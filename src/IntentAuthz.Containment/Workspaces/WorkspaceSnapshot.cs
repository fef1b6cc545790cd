using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>What was in a workspace at one time, to be compared with later. It holds no contents. Immutable.</summary>
public sealed class WorkspaceSnapshot
{
    internal WorkspaceSnapshot(FrozenDictionary<string, State> entries, bool isComplete)
    {
        Entries = entries;
        IsComplete = isComplete;
    }

    /// <summary>Whether all of the workspace was looked at.</summary>
    public bool IsComplete { get; }

    /// <summary>How many entries there were.</summary>
    public int Count => Entries.Count;

    internal FrozenDictionary<string, State> Entries { get; }

    /// <summary>What is compared. A file without a hash was too large, and counts as changed when its size, time or inode did.</summary>
    internal readonly record struct State(uint Mode, long Length, ulong Inode, long Changed, string? Hash)
    {
        internal bool IsSameAs(State other) =>
            Mode == other.Mode
            && (IsDirectory || (Length == other.Length && (Hash is not null && other.Hash is not null ? Hash == other.Hash : Inode == other.Inode && Changed == other.Changed)));

        private bool IsDirectory => (Mode & FileCalls.KindMask) == FileCalls.Directory;
    }
}
