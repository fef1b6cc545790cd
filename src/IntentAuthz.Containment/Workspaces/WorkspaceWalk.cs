using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment;

/// <summary>Goes through all of a workspace, holding each directory open while it is in it, so that nothing that moves meanwhile leads outside.</summary>
internal sealed class WorkspaceWalk(int maxEntries)
{
    /// <summary>How deep directories may lie within each other; each holds a descriptor open while it is walked.</summary>
    private const int MaxDepth = 128;

    private int _count;

    /// <summary>False once something was not looked at.</summary>
    internal bool IsComplete { get; private set; } = true;

    /// <summary>Visits every entry: its directory, its name, its path and what it is.</summary>
    internal void Visit(SafeFileHandle directory, Action<SafeFileHandle, byte[], string, FileStatus> visit) => Visit(directory, "", 0, visit);

    private void Visit(SafeFileHandle directory, string above, int depth, Action<SafeFileHandle, byte[], string, FileStatus> visit)
    {
        if (depth > MaxDepth)
        {
            IsComplete = false;
            return;
        }

        // A handle of its own, since reading a directory moves the handle's place in it.
        using SafeFileHandle? reading = FileCalls.Open(directory, "."u8, FileCalls.ReadOnly | FileCalls.OnlyDirectory, 0, out _);
        if (reading is null || FileCalls.ReadNames(reading, maxEntries - _count + 1, out _) is not { } names)
        {
            IsComplete = false;
            return;
        }

        foreach (byte[] name in names)
        {
            if (++_count > maxEntries)
            {
                IsComplete = false;
                return;
            }

            if (FileCalls.StatusOf(directory, name, out _) is not { } status)
            {
                continue; // gone meanwhile
            }

            string path = above.Length == 0 ? WorkspacePath.Show(name) : $"{above}/{WorkspacePath.Show(name)}";
            visit(directory, name, path, status);
            if (!status.IsDirectory)
            {
                continue;
            }

            using SafeFileHandle? below = FileCalls.Open(directory, name, FileCalls.ReadOnly | FileCalls.OnlyDirectory, 0, out int error);
            if (below is not null)
            {
                Visit(below, path, depth + 1, visit);
            }
            else if (error != FileCalls.NoEntry)
            {
                IsComplete = false; // no longer a directory, a mount, or not readable
            }
        }
    }
}
