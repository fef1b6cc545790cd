using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// What a mount namespace is made of: a root of its own with what was granted and nothing else, read-only but where writing was granted, without
/// set-user-id and devices, and without programs but where executing was granted. It closes what Landlock does not cover: looking at, and
/// changing, modes, owners, times and attributes; watching; and running a file that is not for executing by way of the dynamic linker.
/// </summary>
/// <remarks>
/// Copies of the mounts are taken before anything changes, so that what was read-only or without programs stays so. Where <c>/</c> itself was
/// granted there is nothing to leave out: then all stays in its place, read-only, with the other grants over it.
/// </remarks>
internal sealed unsafe class MountPlan
{
    private const ulong ReadOnly = 1, NoSetUserId = 2, NoDevices = 4, NoExecute = 8, MakePrivate = 1 << 18;
    private const int OpenTreeClone = 1, OpenTreeCloseOnExec = 0x80000, FromEmptyPath = 4, ToEmptyPath = 0x40, Detach = 2;
    private const int SetString = 1, Create = 6, AlreadyThere = 17;
    private const int RegularFile = 0x8000 | 0x1A4; // 0644

    private readonly bool _isWhole;
    private readonly ulong _wholeAttributes;
    private readonly int _count;
    private readonly byte** _sources;
    private readonly byte** _places;
    private readonly ulong* _attributes;
    private readonly int* _trees;
    private readonly byte** _directories;
    private readonly byte** _files;
    private readonly byte** _links;
    private readonly byte** _linkTargets;
    private readonly byte* _root;
    private readonly byte* _empty;
    private readonly byte* _here;
    private readonly byte* _proc;
    private readonly byte* _procPlace;
    private readonly byte* _temporary;
    private readonly byte* _modeKey;
    private readonly byte* _mode;

    internal MountPlan(Grants grants, bool hasProc, NativeText text)
    {
        List<(string Path, ulong Attributes)> mounts = [];
        SortedSet<string> directories = new(StringComparer.Ordinal) { "/dev", "/proc" };
        List<string> files = [];
        foreach (Grants.Grant grant in grants.All)
        {
            ulong attributes = grant.IsDevice
                ? NoSetUserId | NoExecute
                : NoSetUserId | NoDevices | (grant.Writes ? 0 : ReadOnly) | (grant.Executes ? 0 : NoExecute);
            if (grant.File.Path == "/")
            {
                (_isWhole, _wholeAttributes) = (true, attributes);
                continue;
            }

            bool isCovered = grants.All.Any(g => g.File.Path != grant.File.Path && GrantedPath.Contains(g.File.Path, grant.File.Path));
            for (string? above = Path.GetDirectoryName(grant.File.Path); !isCovered && above is { Length: > 1 }; above = Path.GetDirectoryName(above))
            {
                directories.Add(above);
            }

            if (!isCovered && grant.File.IsDirectory)
            {
                directories.Add(grant.File.Path);
            }
            else if (!isCovered)
            {
                files.Add(grant.File.Path);
            }

            mounts.Add((grant.File.Path, attributes));
        }

        if (!hasProc && !_isWhole)
        {
            // The system's: Landlock lets nothing of it be read, but its links to the process itself have to be there.
            mounts.Add(("/proc", ReadOnly | NoSetUserId | NoDevices | NoExecute));
        }

        (string Name, string Target)[] links = [.. grants.Links, ("dev/fd", "/proc/self/fd"), ("dev/stdin", "/proc/self/fd/0"), ("dev/stdout", "/proc/self/fd/1"), ("dev/stderr", "/proc/self/fd/2")];
        _count = mounts.Count;
        _sources = text.AddAll(mounts.Select(static m => m.Path));
        _places = text.AddAll(mounts.Select(static m => m.Path[1..]));
        _attributes = (ulong*)text.Allocate(8 * _count);
        _trees = (int*)text.Allocate(4 * _count);
        for (int i = 0; i < _count; i++)
        {
            _attributes[i] = mounts[i].Attributes;
        }

        _directories = text.AddAll(directories.Select(static d => d[1..])); // in order, so what is above comes before
        _files = text.AddAll(files.Select(static f => f[1..]));
        _links = text.AddAll(links.Select(static l => l.Name));
        _linkTargets = text.AddAll(links.Select(static l => l.Target));
        _root = text.Add("/");
        _empty = text.Add("");
        _here = text.Add(".");
        _proc = text.Add("proc");
        _procPlace = text.Add("/proc");
        _temporary = text.Add("tmpfs");
        _modeKey = text.Add("mode");
        _mode = text.Add("0755");
    }

    /// <summary>Does it, in the calling thread's mount namespace, which is its own. Makes no managed object.</summary>
    /// <param name="proc">A mount for <c>/proc</c>; -1 for none.</param>
    /// <returns>An error or 0.</returns>
    internal int Apply(int proc)
    {
        // First of all, so that nothing that is mounted here from now on is mounted in the host's namespace too.
        int error = Set(Libc.AT_FDCWD, _root, 0, MakePrivate, Libc.AT_RECURSIVE);
        for (int i = 0; error == 0 && i < _count; i++)
        {
            error = Copy(_sources[i], _attributes[i], out _trees[i]);
        }

        if (error == 0 && _isWhole)
        {
            error = Set(Libc.AT_FDCWD, _root, _wholeAttributes, 0, Libc.AT_RECURSIVE);
        }

        return error != 0 ? error : _isWhole ? Cover(proc) : Replace(proc);
    }

    /// <summary>Puts a <c>/proc</c> into the calling thread's copy of a <see cref="MountTemplate"/>. Makes no managed object.</summary>
    internal int ApplyProc(int proc) => Attach(proc, Libc.AT_FDCWD, _procPlace, keepsOpen: true);

    /// <summary>Everything stays where it is, with the grants over it.</summary>
    private int Cover(int proc)
    {
        for (int i = 0; i < _count; i++)
        {
            if (Attach(_trees[i], Libc.AT_FDCWD, _sources[i]) is not 0 and int error)
            {
                return error;
            }
        }

        return proc < 0 ? 0 : Attach(proc, Libc.AT_FDCWD, _procPlace, keepsOpen: true);
    }

    /// <summary>A new root takes the place of the old one, which is let go.</summary>
    private int Replace(int proc)
    {
        int root = -1;
        int context = (int)Libc.Call(KernelCalls.FsOpen, (nint)_temporary, 1);
        int error = context < 0
            || Libc.Call(KernelCalls.FsConfig, context, SetString, (nint)_modeKey, (nint)_mode) < 0
            || Libc.Call(KernelCalls.FsConfig, context, Create) < 0
            || (root = (int)Libc.Call(KernelCalls.FsMount, context, 1, (nint)(NoSetUserId | NoDevices | NoExecute))) < 0
            ? Marshal.GetLastPInvokeError()
            : 0;
        _ = context < 0 ? 0 : Libc.Close(context);

        // It has to be mounted somewhere to mount within it; /proc is on every system, and what is needed of it was taken before.
        error = error != 0 ? error : Attach(root, Libc.AT_FDCWD, _procPlace, keepsOpen: true);
        error = error != 0 ? error : Furnish(root);
        for (int i = 0; error == 0 && i < _count; i++)
        {
            error = Attach(_trees[i], root, _places[i]);
        }

        error = error != 0 || proc < 0 ? error : Attach(proc, root, _proc, keepsOpen: true);
        error = error != 0 ? error : Set(root, _empty, ReadOnly, 0, Libc.AT_EMPTY_PATH);
        if (error == 0 && (Libc.Call(KernelCalls.ChangeDirectoryTo, root) < 0
            || Libc.Call(KernelCalls.PivotRoot, (nint)_here, (nint)_here) < 0
            || Libc.Call(KernelCalls.Unmount, (nint)_here, Detach) < 0))
        {
            error = Marshal.GetLastPInvokeError();
        }

        _ = root < 0 ? 0 : Libc.Close(root);
        return error;
    }

    /// <summary>Makes the places to mount on.</summary>
    private int Furnish(int root)
    {
        for (byte** directory = _directories; *directory != null; directory++)
        {
            if (Libc.Call(KernelCalls.MakeDirectoryAt, root, (nint)(*directory), 0x1ED) < 0 && Marshal.GetLastPInvokeError() is not AlreadyThere and int error)
            {
                return error;
            }
        }

        for (byte** file = _files; *file != null; file++)
        {
            if (Libc.Call(KernelCalls.MakeNodeAt, root, (nint)(*file), RegularFile, 0) < 0)
            {
                return Marshal.GetLastPInvokeError();
            }
        }

        for (int i = 0; _links[i] != null; i++)
        {
            if (Libc.Call(KernelCalls.LinkSymbolicallyAt, (nint)_linkTargets[i], root, (nint)_links[i]) < 0)
            {
                return Marshal.GetLastPInvokeError();
            }
        }

        return 0;
    }

    private int Copy(byte* source, ulong attributes, out int tree)
    {
        tree = -1;
        int place = Open(Libc.AT_FDCWD, source);
        if (place < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        tree = (int)Libc.Call(KernelCalls.OpenTree, place, (nint)_empty, OpenTreeClone | OpenTreeCloseOnExec | Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE);
        int error = tree < 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Libc.Close(place);
        return error != 0 ? error : Set(tree, _empty, attributes, 0, Libc.AT_RECURSIVE | Libc.AT_EMPTY_PATH);
    }

    private int Attach(int tree, int directory, byte* path, bool keepsOpen = false)
    {
        int place = Open(directory, path);
        if (place < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        int error = Libc.Call(KernelCalls.MoveMount, tree, (nint)_empty, place, (nint)_empty, FromEmptyPath | ToEmptyPath) < 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Libc.Close(place);
        _ = keepsOpen ? 0 : Libc.Close(tree);
        return error;
    }

    private static int Open(int directory, byte* path)
    {
        ulong* how = stackalloc ulong[3];
        (how[0], how[1], how[2]) = (Libc.O_PATH | Libc.O_CLOEXEC, 0, 0x04); // no symbolic links
        return (int)Libc.Call(KernelCalls.OpenAt2, directory, (nint)path, (nint)how, 24);
    }

    private static int Set(int directory, byte* path, ulong attributes, ulong propagation, int flags)
    {
        ulong* change = stackalloc ulong[4];
        (change[0], change[1], change[2], change[3]) = (attributes, 0, propagation, 0);
        return Libc.Call(KernelCalls.MountSetAttributes, directory, (nint)path, flags, (nint)change, 32) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
