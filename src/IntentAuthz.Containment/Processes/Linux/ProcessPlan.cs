using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>All that one start needs, made ready before any right is given up; and the host's ends of the process's streams.</summary>
internal sealed unsafe class ProcessPlan : IDisposable
{
    private const string HolderProgram = "/bin/sh";

    /// <summary>
    /// The first process of the PID namespace does nothing but wait for the end of its input, which comes at the latest when the host is gone. Then
    /// it ends, and the kernel ends all others. SIGCHLD is ignored so that the kernel also clears away what others left behind.
    /// </summary>
    private const string HolderScript = "trap '' CHLD; read -r _";

    private const string SearchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
    private const int ChunkBytes = 64 * 1024;

    private readonly NativeText _text = new();
    private readonly List<IDisposable> _owned = [];
    private readonly List<Descriptor> _childEnds = [];
    private readonly byte* _chunk;
    private bool _isDisposed;

    /// <exception cref="IOException">The kernel made no pipe, ruleset or the like.</exception>
    internal ProcessPlan(ProcessStart start, ContainmentBounds bounds, ContainmentLayers layers, Grants grants, ControlGroup? group)
    {
        (Start, Bounds, Group) = (start, bounds, group);
        try
        {
            bool network = bounds.Hosts is { IsEmpty: false };
            bool mounts = layers.Has(ContainmentLayer.MountNamespace), proc = mounts && layers.Has(ContainmentLayer.PrivateProc), ipc = layers.Has(ContainmentLayer.IpcNamespace);
            Progress = Own(Descriptor.Event());
            Descriptor ruleset = Own(Landlock.Ruleset(layers.LandlockVersion, grants));
            if (network && layers.LandlockVersion >= 4 && Landlock.AddPort(ruleset.Value, Loopback.Port) != 0)
            {
                throw new IOException("The kernel took no Landlock rule for the proxy's port.");
            }

            string directory = start.WorkingDirectory ?? "/";
            (Output, Descriptor childOutput) = Pipe();
            (Error, Descriptor childError) = Pipe();
            Descriptor nothing = Own(new Descriptor(Libc.Open(_text.Add("/dev/null"), Libc.O_CLOEXEC | 2)));
            Descriptor childInput = nothing;
            if (!start.StandardInput.IsEmpty)
            {
                (childInput, Input) = Descriptor.Pipe();
                _childEnds.Add(childInput);
                Own(Input).DoNotBlock();
            }

            (Descriptor holderInput, Descriptor holderLife) = Descriptor.Pipe();
            _childEnds.Add(holderInput);
            Own(holderLife);

            SeccompFilter.Instruction[] filter = SeccompFilter.Build(network, ipc);
            byte* filterBytes = _text.Allocate(filter.Length * sizeof(SeccompFilter.Instruction));
            filter.CopyTo(new Span<SeccompFilter.Instruction>(filterBytes, filter.Length));
            _chunk = _text.Allocate(ChunkBytes);
            Layout = new Starter.Layout
            {
                Ruleset = ruleset.Value,
                Filter = (SeccompFilter.Instruction*)filterBytes,
                FilterLength = filter.Length,
                Directory = _text.Add(directory),
                Progress = Progress,
                Program = Own(new Spawn(_text, start.Program, start.Arguments, Environment(start, directory, grants.CanWrite(directory), network), childInput.Value, childOutput.Value, childError.Value, isGated: true)),
                Holder = Own(new Spawn(_text, HolderProgram, ["-c", HolderScript], [], holderInput.Value, nothing.Value, nothing.Value, isGated: false)),
                Mounts = mounts ? new MountPlan(grants, proc, _text) : null,
                Proc = proc ? new ProcMount(_text) : null,
                Ipc = ipc,
                Network = network,
                EmptyNetwork = network ? -1 : layers.EmptyNetwork?.Value ?? -1,
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ProcessStart Start { get; }

    internal ContainmentBounds Bounds { get; }

    internal ControlGroup? Group { get; }

    internal Starter.Layout Layout { get; }

    /// <summary>Set when the starter got on.</summary>
    internal Descriptor Progress { get; }

    internal Descriptor Output { get; }

    internal Descriptor Error { get; }

    /// <summary>Where its input is written; null when it has none, or all of it.</summary>
    internal Descriptor? Input { get; private set; }

    internal void CloseChildEnds() => _childEnds.ForEach(static d => d.Dispose());

    internal void CloseInput()
    {
        Input?.Dispose();
        Input = null;
    }

    /// <summary>Reads what a stream has.</summary>
    internal void Drain(bool isError, short ready, OutputBuffer into)
    {
        if (ready != 0)
        {
            ReadOnce(isError, into);
        }
    }

    /// <summary>Reads what is left when everybody who could write is gone.</summary>
    internal void DrainAll(OutputBuffer into)
    {
        while (ReadOnce(isError: false, into))
        {
        }

        while (ReadOnce(isError: true, into))
        {
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        CloseInput();
        CloseChildEnds();
        _owned.ForEach(static d => d.Dispose());
        Group?.Dispose();
        _text.Dispose();
    }

    private static IEnumerable<string> Environment(ProcessStart start, string directory, bool canWrite, bool network)
    {
        Dictionary<string, string> variables = new(start.Variables, StringComparer.Ordinal) { ["PATH"] = SearchPath, ["HOME"] = directory };
        if (canWrite)
        {
            variables["TMPDIR"] = directory;
        }

        if (network)
        {
            string proxy = $"http://127.0.0.1:{Loopback.Port}";
            foreach (string name in ReservedVariables.Proxies)
            {
                variables[name] = proxy;
            }

            (variables["NO_PROXY"], variables["no_proxy"]) = ("", "");
        }

        return variables.Select(static v => $"{v.Key}={v.Value}");
    }

    /// <summary>Whether there was something; a stream that has ended stays without being asked again.</summary>
    private bool ReadOnce(bool isError, OutputBuffer into)
    {
        Descriptor stream = isError ? Error : Output;
        if (stream.IsClosed)
        {
            return false;
        }

        nint count = Libc.Read(stream.Value, _chunk, ChunkBytes);
        if (count > 0)
        {
            into.Add(isError, new ReadOnlySpan<byte>(_chunk, (int)count));
            return true;
        }

        if (count == 0 || Marshal.GetLastPInvokeError() is not (Libc.EINTR or 11))
        {
            stream.Dispose();
        }

        return false;
    }

    private (Descriptor Host, Descriptor Child) Pipe()
    {
        (Descriptor reading, Descriptor writing) = Descriptor.Pipe();
        Own(reading).DoNotBlock();
        _childEnds.Add(writing);
        return (reading, writing);
    }

    private T Own<T>(T what)
        where T : IDisposable
    {
        _owned.Add(what);
        return what;
    }
}
