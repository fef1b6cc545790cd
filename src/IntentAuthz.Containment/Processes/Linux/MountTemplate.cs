namespace IntentAuthz.Containment;

/// <summary>
/// A mount namespace with the root that bounds grant, which no process is in: each start takes a copy, which is one call instead of five for each
/// grant. It has no <c>/proc</c> yet where that is to be the start's own. Safe for use by many threads.
/// </summary>
internal sealed class MountTemplate : IDisposable
{
    private const int StackBytes = 256 * 1024, NewMounts = 0x0002_0000, NewFileSystemState = 0x200;

    private readonly Descriptor _namespace;
    private readonly GrantCheck _check;
    private readonly Lock _checking = new();
    private bool _isStale;

    private MountTemplate(Descriptor mounts, GrantCheck check) => (_namespace, _check) = (mounts, check);

    /// <summary>Makes one; null where that is not possible: in the user namespace of a start none can be entered, and errors those who do without will tell.</summary>
    internal static unsafe MountTemplate? Make(ContainmentBounds bounds, ContainmentLayers layers)
    {
        using Grants? grants = layers.Has(ContainmentLayer.MountNamespace) && !layers.Has(ContainmentLayer.UserNamespace) ? Grants.Open(bounds, out _) : null;
        if (grants is null)
        {
            return null;
        }

        using NativeText text = new();
        GrantCheck check = new(grants);
        CallList calls = new(text);
        calls.Add(KernelCalls.Unshare, NewFileSystemState | NewMounts);
        CallList.Cell mounts = calls.Open(KernelCalls.OpenAt, Libc.AT_FDCWD, OwnNamespace(text), Libc.O_CLOEXEC); // before the root is another
        MountPlan.Add(calls, grants, layers.Has(ContainmentLayer.PrivateProc), proc: null);
        int made = -1;
        Thread maker = new(() => made = calls.Run(out _) == 0 ? (int)mounts.Value : -1, StackBytes) { IsBackground = true, Name = "contained mounts" };
        maker.Start();
        maker.Join();
        if (made >= 0)
        {
            return new MountTemplate(new Descriptor(made), check);
        }

        check.Dispose();
        return null;
    }

    /// <summary>The namespace, for one start; null when the grants do not stand for the same any more.</summary>
    internal Descriptor? Take()
    {
        lock (_checking)
        {
            _isStale = _isStale || !_check.Holds(); // the kernel tells of a change once
            return _isStale ? null : _namespace.Duplicate();
        }
    }

    public void Dispose()
    {
        lock (_checking)
        {
            _isStale = true;
            _namespace.Dispose();
            _check.Dispose();
        }
    }

    private static unsafe nint OwnNamespace(NativeText text) => (nint)text.Add("/proc/thread-self/ns/mnt");
}
