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
    private const int SetString = 1, Create = 6;
    private const int RegularFile = 0x8000 | 0x1A4; // 0644

    private readonly CallList _calls;
    private readonly nint _empty;
    private readonly bool _isWhole;
    private readonly ulong _wholeAttributes;
    private readonly List<(string Path, ulong Attributes)> _mounts = [];
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal) { "/dev", "/proc" };
    private readonly List<string> _files = [];
    private readonly (string Name, string Target)[] _links;

    private MountPlan(CallList calls, Grants grants, bool hasProc)
    {
        (_calls, _empty) = (calls, (nint)calls.Memory.Add(""));
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
                _directories.Add(above);
            }

            if (!isCovered && grant.File.IsDirectory)
            {
                _directories.Add(grant.File.Path);
            }
            else if (!isCovered)
            {
                _files.Add(grant.File.Path);
            }

            _mounts.Add((grant.File.Path, attributes));
        }

        if (!hasProc && !_isWhole)
        {
            // The system's: Landlock lets nothing of it be read, but its links to the process itself have to be there.
            _mounts.Add(("/proc", ReadOnly | NoSetUserId | NoDevices | NoExecute));
        }

        _links = [.. grants.Links, ("dev/fd", "/proc/self/fd"), ("dev/stdin", "/proc/self/fd/0"), ("dev/stdout", "/proc/self/fd/1"), ("dev/stderr", "/proc/self/fd/2")];
    }

    /// <summary>Adds the calls that do it, in a mount namespace of the caller's own.</summary>
    /// <param name="calls">Takes them.</param>
    /// <param name="grants">What is granted.</param>
    /// <param name="hasProc">Whether there is, or will be, a <c>/proc</c> of the process's own.</param>
    /// <param name="proc">A mount for <c>/proc</c>; null for none yet.</param>
    internal static void Add(CallList calls, Grants grants, bool hasProc, CallList.Cell? proc) => new MountPlan(calls, grants, hasProc).Add(proc);

    /// <summary>Adds the calls that put a <c>/proc</c> into a copy of a <see cref="MountTemplate"/>.</summary>
    internal static void AddProc(CallList calls, CallList.Cell proc) => Attach(calls, proc, Libc.AT_FDCWD, "/proc", (nint)calls.Memory.Add(""));

    private void Add(CallList.Cell? proc)
    {
        // First of all, so that nothing that is mounted here from now on is mounted in the host's namespace too.
        nint root = (nint)_calls.Memory.Add("/");
        Set(Libc.AT_FDCWD, root, 0, MakePrivate, Libc.AT_RECURSIVE);
        CallList.Cell[] trees = [.. _mounts.Select(m => Copy(m.Path, m.Attributes))];
        if (_isWhole)
        {
            Set(Libc.AT_FDCWD, root, _wholeAttributes, 0, Libc.AT_RECURSIVE);
            Cover(trees, proc);
        }
        else
        {
            Replace(trees, proc);
        }
    }

    /// <summary>Everything stays where it is, with the grants over it.</summary>
    private void Cover(CallList.Cell[] trees, CallList.Cell? proc)
    {
        for (int i = 0; i < trees.Length; i++)
        {
            Attach(_calls, trees[i], Libc.AT_FDCWD, _mounts[i].Path, _empty);
            _calls.Close(trees[i]);
        }

        if (proc is { } own)
        {
            Attach(_calls, own, Libc.AT_FDCWD, "/proc", _empty);
        }
    }

    /// <summary>A new root takes the place of the old one, which is let go.</summary>
    private void Replace(CallList.Cell[] trees, CallList.Cell? proc)
    {
        nint here = Text(".");
        CallList.Cell context = _calls.Open(KernelCalls.FsOpen, Text("tmpfs"), 1);
        _calls.Add(KernelCalls.FsConfig, context, SetString, Text("mode"), Text("0755"));
        _calls.Add(KernelCalls.FsConfig, context, Create);
        CallList.Cell root = _calls.Open(KernelCalls.FsMount, context, 1, (nint)(NoSetUserId | NoDevices | NoExecute));
        _calls.Close(context);

        // It has to be mounted somewhere to mount within it; /proc is on every system, and what is needed of it was taken before.
        Attach(_calls, root, Libc.AT_FDCWD, "/proc", _empty);
        Furnish(root);
        for (int i = 0; i < trees.Length; i++)
        {
            Attach(_calls, trees[i], root, _mounts[i].Path[1..], _empty);
            _calls.Close(trees[i]);
        }

        if (proc is { } own)
        {
            Attach(_calls, own, root, "proc", _empty);
        }

        Set(root, _empty, ReadOnly, 0, Libc.AT_EMPTY_PATH);
        _calls.Add(KernelCalls.ChangeDirectoryTo, root);
        _calls.Add(KernelCalls.PivotRoot, here, here);
        _calls.Add(KernelCalls.Unmount, here, Detach);
        _calls.Close(root);
    }

    /// <summary>Makes the places to mount on.</summary>
    private void Furnish(CallList.Cell root)
    {
        foreach (string directory in _directories) // in order, so what is above comes before
        {
            _calls.Add(KernelCalls.MakeDirectoryAt, root, Text(directory[1..]), 0x1ED);
        }

        foreach (string file in _files)
        {
            _calls.Add(KernelCalls.MakeNodeAt, root, Text(file[1..]), RegularFile, 0);
        }

        foreach ((string name, string target) in _links)
        {
            _calls.Add(KernelCalls.LinkSymbolicallyAt, Text(target), root, Text(name));
        }
    }

    private CallList.Cell Copy(string source, ulong attributes)
    {
        CallList.Cell place = Open(_calls, Libc.AT_FDCWD, source);
        CallList.Cell tree = _calls.Open(KernelCalls.OpenTree, place, _empty, OpenTreeClone | OpenTreeCloseOnExec | Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE);
        _calls.Close(place);
        Set(tree, _empty, attributes, 0, Libc.AT_RECURSIVE | Libc.AT_EMPTY_PATH);
        return tree;
    }

    private static void Attach(CallList calls, CallList.Cell tree, CallList.Operand directory, string path, nint empty)
    {
        CallList.Cell place = Open(calls, directory, path);
        calls.Add(KernelCalls.MoveMount, tree, empty, place, empty, FromEmptyPath | ToEmptyPath);
        calls.Close(place);
    }

    private static CallList.Cell Open(CallList calls, CallList.Operand directory, string path)
    {
        ulong* how = (ulong*)calls.Memory.Allocate(24);
        (how[0], how[2]) = (Libc.O_PATH | Libc.O_CLOEXEC, 0x04); // no symbolic links
        return calls.Open(KernelCalls.OpenAt2, directory, (nint)calls.Memory.Add(path), (nint)how, 24);
    }

    private void Set(CallList.Operand directory, nint path, ulong attributes, ulong propagation, int flags)
    {
        ulong* change = (ulong*)_calls.Memory.Allocate(32);
        (change[0], change[2]) = (attributes, propagation);
        _calls.Add(KernelCalls.MountSetAttributes, directory, path, flags, (nint)change, 32);
    }

    private nint Text(string text) => (nint)_calls.Memory.Add(text);
}
