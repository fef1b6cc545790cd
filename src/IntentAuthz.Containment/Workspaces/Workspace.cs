using System.Security.Cryptography;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment;

/// <summary>
/// A directory that tools read and write while untrusted code changes it. Every path is resolved by the kernel in one step, beneath the opened
/// directory: no symbolic link, no <c>..</c>, no <c>/proc</c> link and no mount point leads out, however quickly things are swapped. Devices,
/// pipes and sockets are not opened, files with more than one name neither. Linux 5.6 or later. Safe for use by many threads.
/// </summary>
public sealed partial class Workspace : IDisposable
{
    private const uint NewFileMode = 0x1A4; // 0644
    private const uint ModeBits = 0x1FF; // without set-user-id, set-group-id and sticky

    private readonly SafeFileHandle _root;
    private readonly Lock _writing = new(); // one writer at a time, so that quotas are counted and not raced

    private Workspace(SafeFileHandle root, string directory, WorkspaceLimits limits)
    {
        _root = root;
        Directory = directory;
        Limits = limits;
    }

    /// <summary>The directory's path, as it was given.</summary>
    public string Directory { get; }

    /// <summary>How much it may hold.</summary>
    public WorkspaceLimits Limits { get; }

    /// <summary>Why there can be no workspace on this machine; null when there can.</summary>
    public static string? GetMissing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "Workspaces need Linux: other systems have no way to resolve a path beneath a directory in one step.";
        }

        using SafeFileHandle? root = FileCalls.OpenRoot("/", followLinks: true, out int error);
        return root is not null ? null : error == FileCalls.NoSystemCall
            ? "The kernel has no openat2; use Linux 5.6 or later."
            : $"The kernel refuses openat2 (error {error}), perhaps by a filter of the container this process runs in; allow it.";
    }

    /// <summary>Opens a directory as a workspace.</summary>
    /// <param name="directory">Its absolute path, which is trusted: links in it are followed.</param>
    /// <param name="limits">How much it may hold; null for the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">This machine cannot resolve paths safely; see <see cref="GetMissing"/>.</exception>
    /// <exception cref="DirectoryNotFoundException">The directory is not there, or cannot be opened.</exception>
    public static Workspace Open(string directory, WorkspaceLimits? limits = null) => Open(directory, limits, followLinks: true);

    internal static Workspace Open(string directory, WorkspaceLimits? limits, bool followLinks)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        if (!Path.IsPathRooted(directory) || directory.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("A workspace is given by an absolute path.", nameof(directory));
        }

        if (GetMissing() is { } missing)
        {
            throw new PlatformNotSupportedException(missing);
        }

        string path = Path.TrimEndingDirectorySeparator(directory);
        SafeFileHandle root = FileCalls.OpenRoot(path, followLinks, out int error)
            ?? throw new DirectoryNotFoundException($"The workspace '{path}' cannot be opened (error {error}); make the directory first{(followLinks ? "" : ", and give a path without symbolic links")}.");
        return new Workspace(root, path, limits ?? new WorkspaceLimits());
    }

    /// <summary>Reads a file whole.</summary>
    /// <param name="path">Its path within the workspace, or an absolute one that begins with it.</param>
    /// <exception cref="WorkspaceException">It could not be read.</exception>
    public byte[] Read(string path)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        using SafeFileHandle file = OpenFile(at, FileCalls.ReadOnly, shown, out FileStatus status);
        if (status.Length > Limits.MaxFileBytes)
        {
            throw TooLarge(shown);
        }

        byte[] content = new byte[Math.Min(status.Length, Limits.MaxFileBytes) + 1];
        int length = 0;
        while (true)
        {
            int read = RandomAccess.Read(file, content.AsSpan(length), length);
            if (read == 0)
            {
                return content[..length];
            }

            length += read;
            if (length > Limits.MaxFileBytes)
            {
                throw TooLarge(shown); // it grew while it was read
            }

            if (length == content.Length)
            {
                Array.Resize(ref content, Math.Min(content.Length * 2, Limits.MaxFileBytes + 1));
            }
        }
    }

    /// <summary>
    /// Writes a file whole: its old contents or its new ones are there at any time, never a part. A file with another name keeps its contents under
    /// that; a symbolic link is replaced, not followed. Directories on the way are made.
    /// </summary>
    /// <param name="path">Its path within the workspace, or an absolute one that begins with it.</param>
    /// <param name="content">The new contents.</param>
    /// <exception cref="WorkspaceException">It could not be written; the file is as it was.</exception>
    public void Write(string path, ReadOnlySpan<byte> content)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        if (content.Length > Limits.MaxFileBytes)
        {
            throw TooLarge(shown);
        }

        lock (_writing)
        {
            (byte[] directory, byte[] name) = WorkspacePath.Split(at);
            using SafeFileHandle parent = OpenDirectory(directory, shown, make: true);
            FileStatus? before = NameIsFree(name, shown) ? FileCalls.StatusOf(parent, name, out _) : null;
            if (before is { IsDirectory: true })
            {
                throw new WorkspaceException(WorkspaceError.WrongKind, $"'{shown}' is a directory.");
            }

            Reserve(content.Length - (before is { IsFile: true } file ? file.Length : 0), before is null ? 1 : 0);
            byte[] temporary = [.. ".write-"u8, .. Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12)).Select(static c => (byte)c)];
            using SafeFileHandle made = FileCalls.Open(parent, temporary, FileCalls.WriteOnly | FileCalls.Create | FileCalls.Exclusive, NewFileMode, out int error)
                ?? throw Failed(error, shown);
            try
            {
                RandomAccess.Write(made, content, 0);
                if (before is { IsFile: true } old && FileCalls.SetMode(made, old.Mode & ModeBits) is > 0 and int refused)
                {
                    throw Failed(refused, shown);
                }

                if (FileCalls.Rename(parent, temporary, name) is > 0 and int renaming)
                {
                    throw Failed(renaming, shown);
                }
            }
            catch (Exception e)
            {
                _ = FileCalls.Remove(parent, temporary, isDirectory: false);
                throw e is WorkspaceException or not IOException ? e : new WorkspaceException(WorkspaceError.Refused, $"'{shown}' could not be written: the disk may be full.");
            }
        }
    }

    /// <summary>Adds to the end of a file; makes it when it is not there.</summary>
    /// <param name="path">Its path within the workspace, or an absolute one that begins with it.</param>
    /// <param name="content">What is added.</param>
    /// <exception cref="WorkspaceException">It could not be written.</exception>
    public void Append(string path, ReadOnlySpan<byte> content)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        lock (_writing)
        {
            (byte[] directory, byte[] name) = WorkspacePath.Split(at);
            using SafeFileHandle parent = OpenDirectory(directory, shown, make: true);
            bool isThere = NameIsFree(name, shown) && FileCalls.StatusOf(parent, name, out _) is not null;
            Reserve(content.Length, isThere ? 0 : 1);
            using SafeFileHandle file = FileCalls.Open(
                parent, name, FileCalls.WriteOnly | FileCalls.AppendOnly | FileCalls.NonBlocking | FileCalls.Create, NewFileMode, out int error) ?? throw Failed(error, shown);
            FileStatus status = Check(file, shown);
            if (status.Length + content.Length > Limits.MaxFileBytes)
            {
                throw TooLarge(shown);
            }

            try
            {
                RandomAccess.Write(file, content, status.Length); // at the end in any case, the file being opened so
            }
            catch (IOException)
            {
                throw new WorkspaceException(WorkspaceError.Refused, $"'{shown}' could not be written: the disk may be full.");
            }
        }
    }

    /// <summary>Removes a file, a link or an empty directory; a link's target stays.</summary>
    /// <param name="path">Its path within the workspace, or an absolute one that begins with it.</param>
    /// <exception cref="WorkspaceException">It could not be removed.</exception>
    public void Delete(string path)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        lock (_writing)
        {
            (byte[] directory, byte[] name) = WorkspacePath.Split(at);
            _ = NameIsFree(name, shown);
            using SafeFileHandle parent = OpenDirectory(directory, shown, make: false);
            FileStatus status = FileCalls.StatusOf(parent, name, out int error) ?? throw Failed(error, shown);
            if (FileCalls.Remove(parent, name, status.IsDirectory) is > 0 and int refused)
            {
                throw Failed(refused, shown);
            }
        }
    }

    /// <summary>Makes a directory, with those on the way to it; nothing when it is there.</summary>
    /// <param name="path">Its path within the workspace, or an absolute one that begins with it.</param>
    /// <exception cref="WorkspaceException">It could not be made.</exception>
    public void MakeDirectory(string path)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        lock (_writing)
        {
            OpenDirectory(at, shown, make: true).Dispose();
        }
    }

    /// <summary>What is in a directory, in order of names.</summary>
    /// <param name="path">Its path; <c>.</c> for the workspace itself.</param>
    /// <exception cref="WorkspaceException">It could not be read, or holds more than <see cref="WorkspaceLimits.MaxEntries"/>.</exception>
    public IReadOnlyList<WorkspaceEntry> List(string path = ".")
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        using SafeFileHandle directory = OpenDirectory(at, shown, make: false);
        List<byte[]> names = FileCalls.ReadNames(directory, Limits.MaxEntries + 1, out int error) ?? throw Failed(error, shown);
        if (names.Count > Limits.MaxEntries)
        {
            throw new WorkspaceException(WorkspaceError.QuotaExceeded, $"'{shown}' holds more than {Limits.MaxEntries} entries.");
        }

        List<WorkspaceEntry> entries = [];
        foreach (byte[] name in names)
        {
            if (FileCalls.StatusOf(directory, name, out _) is { } status)
            {
                string full = shown.Length == 0 ? WorkspacePath.Show(name) : $"{shown}/{WorkspacePath.Show(name)}";
                entries.Add(new WorkspaceEntry(full, status.Kind, status.IsFile ? status.Length : 0));
            }
        }

        entries.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return entries;
    }

    /// <summary>What is at a path, or null for nothing. A symbolic link is itself.</summary>
    /// <param name="path">The path within the workspace, or an absolute one that begins with it.</param>
    /// <exception cref="WorkspaceException">The path leads through what is not followed, or is none.</exception>
    public WorkspaceEntry? Find(string path)
    {
        byte[] at = WorkspacePath.Parse(Directory, path, out string shown);
        if (at.Length == 0)
        {
            return new WorkspaceEntry("", WorkspaceEntryKind.Directory, 0);
        }

        (byte[] directory, byte[] name) = WorkspacePath.Split(at);
        try
        {
            using SafeFileHandle parent = OpenDirectory(directory, shown, make: false);
            return FileCalls.StatusOf(parent, name, out int error) is { } status
                ? new WorkspaceEntry(shown, status.Kind, status.IsFile ? status.Length : 0)
                : error == FileCalls.NoEntry ? null : throw Failed(error, shown);
        }
        catch (WorkspaceException e) when (e.Error == WorkspaceError.NotFound)
        {
            return null;
        }
    }

    /// <summary>Closes the directory. What is in it stays.</summary>
    public void Dispose() => _root.Dispose();

    private SafeFileHandle OpenFile(byte[] path, int flags, string shown, out FileStatus status)
    {
        if (path.Length == 0)
        {
            throw new WorkspaceException(WorkspaceError.WrongKind, "The workspace itself is a directory.");
        }

        // Without blocking, since a pipe would wait for its other end; then it is asked what was opened.
        SafeFileHandle file = FileCalls.Open(_root, path, flags | FileCalls.NonBlocking, 0, out int error) ?? throw Failed(error, shown);
        try
        {
            status = Check(file, shown);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static FileStatus Check(SafeFileHandle file, string shown)
    {
        FileStatus status = FileCalls.StatusOf(file, out int error) ?? throw Failed(error, shown);
        return !status.IsFile
            ? throw new WorkspaceException(WorkspaceError.WrongKind, $"'{shown}' is no regular file.")
            : status.Links > 1
            ? throw new WorkspaceException(WorkspaceError.HardLinked, $"'{shown}' has more than one name; copy it first.")
            : status;
    }

    private SafeFileHandle OpenDirectory(byte[] path, string shown, bool make)
    {
        SafeFileHandle? opened = FileCalls.Open(_root, path.Length == 0 ? "."u8 : path, FileCalls.ReadOnly | FileCalls.OnlyDirectory, 0, out int error);
        if (opened is not null)
        {
            return opened;
        }

        if (error != FileCalls.NoEntry || !make)
        {
            throw Failed(error, shown);
        }

        (byte[] above, byte[] name) = WorkspacePath.Split(path);
        using SafeFileHandle parent = OpenDirectory(above, shown, make: true);
        Reserve(0, 1);
        return FileCalls.MakeDirectory(parent, name) is var made and not (0 or FileCalls.Exists)
            ? throw Failed(made, shown)
            : FileCalls.Open(parent, name, FileCalls.ReadOnly | FileCalls.OnlyDirectory, 0, out error) ?? throw Failed(error, shown);
    }

    private static bool NameIsFree(byte[] name, string shown) =>
        name.Length > 0 ? true : throw new WorkspaceException(WorkspaceError.WrongKind, $"'{shown}' is the workspace itself.");

    private static WorkspaceException TooLarge(string shown) => new(WorkspaceError.TooLarge, $"'{shown}' is, or would be, larger than a file may be.");

    private static WorkspaceException Failed(int error, string shown) => error switch
    {
        FileCalls.NoEntry => new WorkspaceException(WorkspaceError.NotFound, $"'{shown}' is not there."),
        FileCalls.Loop or FileCalls.CrossDevice or FileCalls.TryAgain =>
            new WorkspaceException(WorkspaceError.Outside, $"'{shown}' leads through a link or out of the workspace, or moves too quickly; neither is followed."),
        FileCalls.NotDirectory or FileCalls.IsDirectory or FileCalls.NoDevice => new WorkspaceException(WorkspaceError.WrongKind, $"'{shown}' is of another kind, or a part of its path is."),
        FileCalls.NotEmpty => new WorkspaceException(WorkspaceError.NotEmpty, $"'{shown}' is not empty."),
        FileCalls.NameTooLong => new WorkspaceException(WorkspaceError.BadPath, $"'{shown}' is too long."),
        _ => new WorkspaceException(WorkspaceError.Refused, $"The operating system refused '{shown}' (error {error})."),
    };
}
