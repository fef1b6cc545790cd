using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// The thread that gives up its rights, waits to be told a program, and starts it; the program inherits what is left. It belongs to nothing else,
/// starts one program at most and ends with it: what it gave up it cannot get back. The host's other threads keep theirs.
/// </summary>
/// <remarks>
/// Everything it needs is made ready before. From the first right given up on it opens nothing of the runtime's, allocates nothing, throws
/// nothing and wakes no other thread but by a descriptor: the runtime might have to load a file or make a thread for that, which it no longer
/// can. Errors are numbers; the supervisor makes words of them.
/// </remarks>
internal sealed unsafe class Starter
{
    private const int StackBytes = 256 * 1024;
    private const int NewFileSystemState = 0x200, NewMounts = 0x0002_0000, NewIpc = 0x0800_0000, NewProcesses = 0x2000_0000, NewNetwork = 0x4000_0000;
    private const int SetNoNewPrivileges = 38, DropBoundingCapability = 24, SetSecureBits = 28, AmbientCapability = 47, ClearAmbient = 4;
    private const int InstallFilter = 1, NewListener = 8;

    /// <summary>Root is no longer special, and none of that can be changed back.</summary>
    private const int SecureBits = 0xEF;

    private readonly Layout _layout;
    private readonly Thread _thread;

    internal Starter(Layout layout)
    {
        _layout = layout;
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "contained start" };
    }

    /// <summary>What is made ready for it.</summary>
    internal sealed class Layout
    {
        internal required int Ruleset { get; init; }

        /// <summary>Counts one up for a program, and one when nothing is left to do.</summary>
        internal required Descriptor Go { get; init; }

        internal required SeccompFilter.Instruction* Filter { get; init; }

        internal required int FilterLength { get; init; }

        internal required Descriptor Progress { get; init; }

        internal Spawn? Holder { get; init; }

        internal MountPlan? Mounts { get; init; }

        /// <summary>A <see cref="MountTemplate"/>'s namespace, whose mounts are copied instead of made; -1 for none.</summary>
        internal int MountTemplate { get; init; } = -1;

        internal ProcMount? Proc { get; init; }

        internal bool Ipc { get; init; }

        internal bool Network { get; init; }

        /// <summary>A network namespace with nothing in it, for processes without network; -1 for none.</summary>
        internal int EmptyNetwork { get; init; } = -1;

        /// <summary>Where a thread puts itself into the control groups of version 1, -1 for none: see <see cref="ControlGroup"/>.</summary>
        internal int MemoryTasks { get; init; } = -1;

        internal int ProcessTasks { get; init; } = -1;
    }

    /// <summary>How far it came; the step that failed where there is an error.</summary>
    internal enum Step
    {
        NoNewPrivileges, Namespaces, Loopback, Holder, MountNamespace, Proc, Mounts, ProcRule, Groups, Capabilities, Landlock, Filter, Ready, Directory, Program, Done,
    }

    internal volatile Step At;

    internal volatile int Error;

    /// <summary>Tells of the child that waits at the gate.</summary>
    internal volatile int Listener = -1;

    /// <summary>The PID namespace's first process.</summary>
    internal volatile int HolderProcess;

    internal volatile int Process;

    /// <summary>A socket that listens in the network namespace.</summary>
    internal volatile int ListeningSocket = -1;

    /// <summary>Whether there is nothing more to wait for: the program runs, or something failed.</summary>
    internal volatile bool IsDone;

    private volatile bool _isReleased;
    private Spawn? _program;
    private nint _directory;

    internal void Start() => _thread.Start();

    /// <summary>Tells it the program. Once; what is given has to stay until <see cref="IsDone"/>.</summary>
    internal void Begin(Spawn program, byte* directory)
    {
        (_directory, _program) = ((nint)directory, program);
        _layout.Go.Signal(); // a system call, so it sees both
    }

    /// <summary>Lets it end.</summary>
    internal void Release()
    {
        _isReleased = true;
        _layout.Go.Signal();
    }

    internal void Join() => _thread.Join();

    private void Run()
    {
        int error = Steps();
        if (error == 0)
        {
            At = Step.Ready;
            _layout.Progress.Signal();
            _layout.Go.Wait();
            error = _isReleased ? 0 : Program();
        }

        Error = error;
        IsDone = true;
        _layout.Progress.Signal();

        // It stays until the program's tree is gone: as the last in the mount namespace, the program would have to take it down before its end is told.
        while (!_isReleased)
        {
            _layout.Go.Wait();
        }
    }

    private int Steps()
    {
        At = Step.NoNewPrivileges;
        if (Libc.Call(KernelCalls.Prctl, SetNoNewPrivileges, 1) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        At = Step.Namespaces;
        int namespaces = NewFileSystemState | (_layout.Holder is null ? 0 : NewProcesses) | (_layout.Ipc ? NewIpc : 0) | (_layout.Network ? NewNetwork : 0);
        if (Libc.Call(KernelCalls.Unshare, namespaces) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        if (_layout.EmptyNetwork >= 0 && Libc.Call(KernelCalls.SetNamespace, _layout.EmptyNetwork, NewNetwork) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        int error;
        At = Step.Loopback;
        if (_layout.Network)
        {
            if ((error = Loopback.Listen(out int socket)) != 0)
            {
                return error;
            }

            ListeningSocket = socket;
        }

        At = Step.Holder;
        if (_layout.Holder is not null)
        {
            // Before the mount namespace: it has nothing to do with the files, and must find its program.
            if ((error = _layout.Holder.Run(out int holder)) != 0)
            {
                return error;
            }

            HolderProcess = holder;
        }

        return Files() is not 0 and int failed ? failed : Rights();
    }

    private int Files()
    {
        int error;
        int proc = -1;
        if (_layout.Mounts is not null)
        {
            At = Step.Proc;
            if (_layout.Proc is not null && (error = _layout.Proc.Make(out proc)) != 0)
            {
                return error;
            }

            At = Step.MountNamespace;
            bool copies = _layout.MountTemplate >= 0;
            if ((copies && Libc.Call(KernelCalls.SetNamespace, _layout.MountTemplate, NewMounts) < 0) || Libc.Call(KernelCalls.Unshare, NewMounts) < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            At = Step.Mounts;
            if ((error = !copies ? _layout.Mounts.Apply(proc) : proc >= 0 ? _layout.Mounts.ApplyProc(proc) : 0) != 0)
            {
                return error;
            }

            At = Step.ProcRule;
            if (proc >= 0 && (error = Landlock.AddReadable(_layout.Ruleset, proc)) != 0)
            {
                return error;
            }

            _ = proc < 0 ? 0 : Libc.Close(proc);
        }

        _ = Libc.Umask(0x12); // 022
        At = Step.Groups;
        return (error = Enter(_layout.MemoryTasks)) != 0 ? error : Enter(_layout.ProcessTasks);
    }

    /// <summary>A thread that moves itself is moved at once; moving another process makes the kernel wait for all forks of the machine.</summary>
    private static int Enter(int tasks)
    {
        byte self = (byte)'0';
        return tasks >= 0 && Libc.Write(tasks, &self, 1) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private int Rights()
    {
        int error;
        At = Step.Capabilities;
        if ((error = DropCapabilities()) != 0)
        {
            return error;
        }

        At = Step.Landlock;
        if (Libc.Call(KernelCalls.LandlockRestrictSelf, _layout.Ruleset, 0) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        At = Step.Filter;
        byte* program = stackalloc byte[16];
        *(ushort*)program = (ushort)_layout.FilterLength;
        *(SeccompFilter.Instruction**)(program + 8) = _layout.Filter;
        int listener = (int)Libc.Call(KernelCalls.Seccomp, InstallFilter, NewListener, (nint)program);
        if (listener < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        Listener = listener;
        return 0;
    }

    private int Program()
    {
        At = Step.Directory;
        if (Libc.ChangeDirectory((byte*)_directory) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        At = Step.Program;
        int error = _program!.Run(out int process);
        Process = process;
        At = error == 0 ? Step.Done : At;
        return error;
    }

    /// <summary>Of a thread that has none to drop, only the last call matters.</summary>
    internal static int DropCapabilities()
    {
        _ = Libc.Call(KernelCalls.Prctl, AmbientCapability, ClearAmbient);
        if (Libc.Call(KernelCalls.Prctl, SetSecureBits, SecureBits) == 0)
        {
            for (int capability = 0; capability < 64 && Libc.Call(KernelCalls.Prctl, DropBoundingCapability, capability) == 0; capability++)
            {
            }
        }

        uint* header = stackalloc uint[2];
        uint* none = stackalloc uint[6];
        (header[0], header[1]) = (0x2008_0522, 0);
        new Span<uint>(none, 6).Clear();
        return Libc.Call(KernelCalls.Capset, (nint)header, (nint)none) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }
}
