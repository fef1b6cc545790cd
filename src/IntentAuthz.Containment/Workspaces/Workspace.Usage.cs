using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment;

/// <summary>What a workspace holds, and what has changed in it.</summary>
public sealed partial class Workspace
{
    private WorkspaceUsage? _known; // guarded by _writing; null when something else may have written

    /// <summary>Counts what is there.</summary>
    public WorkspaceUsage Measure()
    {
        long bytes = 0;
        int entries = 0;
        WorkspaceWalk walk = new(Limits.MaxEntries);
        walk.Visit(_root, (_, _, _, status) =>
        {
            bytes += status.IsFile ? status.Length : 0;
            entries++;
        });
        return new WorkspaceUsage(bytes, entries, walk.IsComplete);
    }

    /// <summary>Says that something else has written, such as a process: what is there is counted anew before the next write.</summary>
    public void Recount()
    {
        lock (_writing)
        {
            _known = null;
        }
    }

    /// <summary>Notes what is there, to be compared with later.</summary>
    public WorkspaceSnapshot TakeSnapshot()
    {
        Dictionary<string, WorkspaceSnapshot.State> entries = new(StringComparer.Ordinal);
        long budget = Limits.MaxHashedBytes;
        WorkspaceWalk walk = new(Limits.MaxEntries);
        walk.Visit(_root, (directory, name, path, status) => entries[path] = new WorkspaceSnapshot.State(
            status.Mode, status.IsDirectory ? 0 : status.Length, status.Inode, status.Changed, HashOf(directory, name, status, ref budget)));
        return new WorkspaceSnapshot(entries.ToFrozenDictionary(StringComparer.Ordinal), walk.IsComplete);
    }

    /// <summary>What is different since a snapshot of this workspace.</summary>
    /// <param name="before">The snapshot.</param>
    public WorkspaceChanges ChangesSince(WorkspaceSnapshot before)
    {
        ArgumentNullException.ThrowIfNull(before);
        WorkspaceSnapshot now = TakeSnapshot();
        return new WorkspaceChanges(
            InOrder(now.Entries.Keys.Where(p => !before.Entries.ContainsKey(p))),
            InOrder(now.Entries.Where(e => before.Entries.TryGetValue(e.Key, out WorkspaceSnapshot.State old) && !old.IsSameAs(e.Value)).Select(static e => e.Key)),
            InOrder(before.Entries.Keys.Where(p => !now.Entries.ContainsKey(p))),
            before.IsComplete && now.IsComplete);

        static ImmutableArray<string> InOrder(IEnumerable<string> paths) => [.. paths.Order(StringComparer.Ordinal)];
    }

    private static string? HashOf(SafeFileHandle directory, byte[] name, FileStatus status, ref long budget)
    {
        if (!status.IsFile || status.Length > budget)
        {
            return null;
        }

        using SafeFileHandle? file = FileCalls.Open(directory, name, FileCalls.ReadOnly | FileCalls.NonBlocking, 0, out _);
        if (file is null || FileCalls.StatusOf(file, out _) is not { IsFile: true })
        {
            return null;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            for (long at = 0; ;)
            {
                int read = RandomAccess.Read(file, buffer, at);
                if (read == 0)
                {
                    return Convert.ToHexStringLower(hash.GetHashAndReset());
                }

                at += read;
                if ((budget -= read) < 0)
                {
                    return null;
                }

                hash.AppendData(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes room before something is written. Called with <see cref="_writing"/> held.</summary>
    private void Reserve(long bytes, int entries)
    {
        WorkspaceUsage used = _known ?? Measure();
        WorkspaceUsage next = new(used.Bytes + bytes, used.Entries + entries, used.IsComplete);
        if (!used.IsComplete || next.Entries > Limits.MaxEntries || (bytes > 0 && next.Bytes > Limits.MaxBytes))
        {
            _known = null;
            throw new WorkspaceException(
                WorkspaceError.QuotaExceeded, $"The workspace holds {used.Bytes} bytes in {used.Entries} entries and may hold {Limits.MaxBytes} in {Limits.MaxEntries}; delete something first.");
        }

        _known = entries >= 0 && bytes >= 0 ? next : null;
    }
}
