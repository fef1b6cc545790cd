using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// What a mount namespace is made of: everything read-only, without set-user-id, devices and programs, and over it the places that were granted
/// to write or execute, as they were. It closes what Landlock does not cover: changing modes, owners, times and attributes, and running a file of
/// a place that is not for executing by way of the dynamic linker.
/// </summary>
internal sealed unsafe class MountPlan
{
    private const ulong ReadOnly = 1, NoSetUserId = 2, NoDevices = 4, NoExecute = 8, MakePrivate = 1 << 18;
    private const int OpenTreeClone = 1, OpenTreeCloseOnExec = 0x80000, FromEmptyPath = 4, ToEmptyPath = 0x40;

    private readonly int _count;
    private readonly byte** _paths;
    private readonly ulong* _attributes;
    private readonly int* _trees;
    private readonly byte* _root;
    private readonly byte* _empty;
    private readonly ulong _rootAttributes = ReadOnly | NoSetUserId | NoDevices | NoExecute;

    internal MountPlan(Grants grants, NativeText text)
    {
        List<(string Path, ulong Attributes)> mounts = [];
        foreach (Grants.Grant grant in grants.All)
        {
            ulong attributes = grant.IsDevice
                ? NoSetUserId | NoExecute
                : NoSetUserId | NoDevices | (grant.Writes ? 0 : ReadOnly) | (grant.Executes ? 0 : NoExecute);
            if (grant.File.Path == "/")
            {
                _rootAttributes = attributes;
            }
            else if (grant.Writes || grant.Executes)
            {
                mounts.Add((grant.File.Path, attributes));
            }
        }

        _count = mounts.Count;
        _paths = text.AddAll(mounts.Select(static m => m.Path));
        _attributes = (ulong*)text.Allocate(8 * Math.Max(1, _count));
        _trees = (int*)text.Allocate(4 * Math.Max(1, _count));
        for (int i = 0; i < _count; i++)
        {
            _attributes[i] = mounts[i].Attributes;
        }

        _root = text.Add("/");
        _empty = text.Add("");
    }

    /// <summary>Keeps changes of the calling thread's mount namespace within it.</summary>
    internal static int MakeAllPrivate(byte* root) => Set(Libc.AT_FDCWD, root, 0, MakePrivate);

    /// <summary>Does it, in the calling thread's mount namespace. Makes no managed object; the result is an error or 0.</summary>
    internal int Apply()
    {
        // Copies are taken before everything becomes read-only, so that what was read-only or without programs stays so.
        for (int i = 0; i < _count; i++)
        {
            int place = Open(_paths[i]);
            if (place < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            _trees[i] = (int)Libc.Call(KernelCalls.OpenTree, place, (nint)_empty, OpenTreeClone | OpenTreeCloseOnExec | Libc.AT_EMPTY_PATH | Libc.AT_RECURSIVE);
            int error = _trees[i] < 0 ? Marshal.GetLastPInvokeError() : 0;
            _ = Libc.Close(place);
            if (error != 0 || (error = Set(_trees[i], _empty, _attributes[i], 0)) != 0)
            {
                return error;
            }
        }

        if (Set(Libc.AT_FDCWD, _root, _rootAttributes, MakePrivate) is not 0 and int failed)
        {
            return failed;
        }

        for (int i = 0; i < _count; i++)
        {
            int place = Open(_paths[i]);
            if (place < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            int error = Libc.Call(KernelCalls.MoveMount, _trees[i], (nint)_empty, place, (nint)_empty, FromEmptyPath | ToEmptyPath) < 0 ? Marshal.GetLastPInvokeError() : 0;
            _ = Libc.Close(place);
            _ = Libc.Close(_trees[i]);
            if (error != 0)
            {
                return error;
            }
        }

        return 0;
    }

    private static int Open(byte* path)
    {
        ulong* how = stackalloc ulong[3];
        (how[0], how[1], how[2]) = (Libc.O_PATH | Libc.O_CLOEXEC, 0, 0x04); // no symbolic links
        return (int)Libc.Call(KernelCalls.OpenAt2, Libc.AT_FDCWD, (nint)path, (nint)how, 24);
    }

    private static int Set(int directory, byte* path, ulong attributes, ulong propagation)
    {
        ulong* change = stackalloc ulong[4];
        (change[0], change[1], change[2], change[3]) = (attributes, 0, propagation, 0);
        int flags = Libc.AT_RECURSIVE | (*path == 0 ? Libc.AT_EMPTY_PATH : 0);
        return Libc.Call(KernelCalls.MountSetAttributes, directory, (nint)path, flags, (nint)change, 32) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
