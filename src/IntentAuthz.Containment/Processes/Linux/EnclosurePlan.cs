using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What one containment is made of, but for the program: made ready before any right is given up, and used for one program.</summary>
internal sealed unsafe class EnclosurePlan : IDisposable
{
    private const string HolderProgram = "/bin/sh";

    /// <summary>
    /// The first process of the PID namespace does nothing but wait for the end of its input, which comes at the latest when the host is gone. Then
    /// it ends, and the kernel ends all others. SIGCHLD is ignored so that the kernel also clears away what others left behind.
    /// </summary>
    private const string HolderScript = "trap '' CHLD; read -r _";

    /// <summary>What is in the user namespace beside the program's tree: the process that starts it, and the PID namespace's first.</summary>
    private const int OwnProcesses = 2;

    private readonly NativeText _text = new();
    private readonly List<IDisposable> _owned = [];
    private readonly Descriptor? _holderInput;
    private bool _isDisposed;

    /// <exception cref="IOException">The kernel made no pipe, ruleset or the like.</exception>
    internal EnclosurePlan(ContainmentBounds bounds, ContainmentLayers layers, Grants grants, ControlGroup? group, Descriptor? mountTemplate)
    {
        (Bounds, Group) = (bounds, group);
        if (mountTemplate is not null)
        {
            Own(mountTemplate);
        }

        try
        {
            HasNetwork = bounds.Hosts is { IsEmpty: false };
            UserProcesses = layers.CountsInUserNamespace ? bounds.Limits.Processes + (long)OwnProcesses : null;
            bool mounts = layers.Has(ContainmentLayer.MountNamespace), proc = mounts && layers.Has(ContainmentLayer.PrivateProc), ipc = layers.Has(ContainmentLayer.IpcNamespace);
            Progress = Own(Descriptor.Event());
            Descriptor ruleset = Own(Landlock.Ruleset(layers.LandlockVersion, grants));
            if (HasNetwork && layers.LandlockVersion >= 4 && Landlock.AddPort(ruleset.Value, Loopback.Port) != 0)
            {
                throw new IOException("The kernel took no Landlock rule for the proxy's port.");
            }

            Descriptor nothing = Own(Descriptor.Nothing(writable: true));
            (_holderInput, Descriptor holderLife) = Descriptor.Pipe();
            Own(holderLife);
            ImmutableArray<SeccompFilter.Instruction> filter = SeccompFilter.For(HasNetwork, ipc);
            byte* filterBytes = _text.Allocate(filter.Length * sizeof(SeccompFilter.Instruction));
            filter.CopyTo(new Span<SeccompFilter.Instruction>(filterBytes, filter.Length));
            Descriptor go = Own(Descriptor.Event(blocks: true));
            Spawn holder = Own(new Spawn(_text, HolderProgram, ["-c", HolderScript], [], _holderInput.Value, nothing.Value, nothing.Value, isGated: false));
            EnclosureCalls calls = new()
            {
                InUserNamespace = layers.Has(ContainmentLayer.UserNamespace),
                Grants = grants,
                Ruleset = ruleset.Value,
                Filter = (SeccompFilter.Instruction*)filterBytes,
                FilterLength = filter.Length,
                Mounts = mounts,
                MountTemplate = mountTemplate?.Value ?? -1,
                Proc = proc,
                Ipc = ipc,
                Network = HasNetwork,
                EmptyNetwork = HasNetwork ? -1 : layers.EmptyNetwork?.Value ?? -1,
                MemoryTasks = group?.MemoryTasks?.Value ?? -1,
                ProcessTasks = group?.ProcessTasks?.Value ?? -1,
            };
            Starter = Own<Starter>(calls.InUserNamespace ? new ProcessStarter(_text, calls, holder, go, Progress) : new ThreadStarter(_text, calls, holder, go, Progress));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ContainmentBounds Bounds { get; }

    internal bool HasNetwork { get; }

    internal ControlGroup? Group { get; }

    /// <summary>How many processes the user may have in the user namespace; null for no limit, or where a group counts them.</summary>
    internal long? UserProcesses { get; }

    internal Starter Starter { get; }

    /// <summary>Set when the starter got on.</summary>
    internal Descriptor Progress { get; }

    internal void CloseChildEnds() => _holderInput?.Dispose();

    /// <summary>Once the starter has ended.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        CloseChildEnds();
        _owned.ForEach(static d => d.Dispose());
        Group?.Dispose();
        _text.Dispose();
    }

    private T Own<T>(T what)
        where T : IDisposable
    {
        _owned.Add(what);
        return what;
    }
}
