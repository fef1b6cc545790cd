namespace IntentAuthz.Containment;

/// <summary>
/// Whether what was made ready of grants is still what they stand for: each path leads to the same file, what was not there is not there, and
/// nothing was mounted or unmounted meanwhile. Not safe for use by many threads.
/// </summary>
internal sealed unsafe class GrantCheck : IDisposable
{
    private const short PollPriority = 2;

    private readonly NativeText _text = new();
    private readonly Descriptor _mounts;
    private readonly FileIdentity[] _identities;
    private readonly byte** _paths;

    /// <summary>To be made before the mounts are copied.</summary>
    internal GrantCheck(Grants grants)
    {
        _mounts = new Descriptor(Libc.Open(_text.Add("/proc/thread-self/mounts"), Libc.O_CLOEXEC));
        _paths = _text.AddAll(grants.Asked.Select(static a => a.Path));
        _identities = [.. grants.Asked.Select(static a => a.Identity)];
    }

    internal bool Holds()
    {
        Libc.PollDescriptor changed = new() { Descriptor = _mounts.Value, Events = PollPriority };
        if (_mounts.IsInvalid || Libc.Poll(&changed, 1, 0) != 0)
        {
            return false;
        }

        for (int i = 0; i < _identities.Length; i++)
        {
            if (FileIdentity.Of(_paths[i]) != _identities[i])
            {
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        _mounts.Dispose();
        _text.Dispose();
    }
}
