using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Tries every layer on threads that end afterwards.</summary>
internal static unsafe class LayerProbe
{
    private const int NewMounts = 0x0002_0000, NewIpc = 0x0800_0000, NewProcesses = 0x2000_0000, NewNetwork = 0x4000_0000, NewFileSystemState = 0x200;

    private const string NeedsPrivilege = "the host may not make namespaces. It needs CAP_SYS_ADMIN, which root has unless its container took it away.";

    internal static ContainmentLayers Run()
    {
        if (Unsuitable() is { } why)
        {
            return new ContainmentLayers([new LayerState(ContainmentLayer.OperatingSystem, false, why)], 0, new ControlGroup.Places(null, null, null, why));
        }

        Warm();
        int landlock = Landlock.Version();
        ControlGroup.Places groups = ControlGroup.Probe();
        ImmutableArray<LayerState>.Builder states = ImmutableArray.CreateBuilder<LayerState>();
        states.Add(new(ContainmentLayer.OperatingSystem, true, $"{RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}."));
        states.Add(new(ContainmentLayer.Landlock, landlock >= 3, Landlock.Covers(landlock)));
        AddFilter(states);
        AddCapabilities(states);
        Descriptor? emptyNetwork = AddNamespaces(states);
        bool hasMemory = groups.Unified is not null || groups.Memory is not null, hasProcesses = groups.Unified is not null || groups.Processes is not null;
        states.Add(new(ContainmentLayer.MemoryGroup, hasMemory, hasMemory ? $"control group version {(groups.Unified is null ? 1 : 2)}." : groups.Reason));
        states.Add(new(ContainmentLayer.ProcessGroup, hasProcesses, hasProcesses ? $"control group version {(groups.Unified is null ? 1 : 2)}." : groups.Reason));
        return new ContainmentLayers(states.ToImmutable(), landlock, groups, emptyNetwork);
    }

    private static string? Unsuitable()
    {
        if (!OperatingSystem.IsLinux())
        {
            return $"processes are contained on Linux only; this is {RuntimeInformation.OSDescription}.";
        }

        if (RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return $"processes are contained on x86-64 and arm64 only; this is {RuntimeInformation.ProcessArchitecture}.";
        }

        return NativeLibrary.TryLoad("libc.so.6", out nint libc) && NativeLibrary.TryGetExport(libc, "gnu_get_libc_version", out _)
            && NativeLibrary.TryGetExport(libc, "posix_spawn_file_actions_addclosefrom_np", out _)
            ? null
            : "the C library is not glibc 2.34 or later, whose posix_spawn can close descriptors.";
    }

    /// <summary>
    /// Has the runtime find every function once, since a thread that has given up its rights can no longer look for them. Each call here fails
    /// without doing anything.
    /// </summary>
    private static void Warm()
    {
        using NativeText text = new();
        byte* nothing = text.Allocate(1024);
        _ = Libc.Call(-1);
        _ = Libc.Close(-1);
        _ = Libc.Open(nothing, 0);
        _ = Libc.ChangeDirectory(nothing);
        _ = Libc.Umask(Libc.Umask(0x12));
        using Descriptor made = Descriptor.Event();
        made.Signal();
        using Spawn spawn = new(text, "/nonexistent/nothing", [], [], 0, 1, 2, isGated: false);
        _ = spawn.Run(out _);
        OnThread(static () => Landlock.AddReadable(-1, -1));
    }

    private static void AddFilter(ImmutableArray<LayerState>.Builder states)
    {
        ImmutableArray<SeccompFilter.Instruction> filter = SeccompFilter.For(internet: false, sharedByKey: false);
        int outcome = OnThread(() =>
        {
            fixed (SeccompFilter.Instruction* program = filter.AsSpan())
            {
                byte* description = stackalloc byte[16];
                *(ushort*)description = (ushort)filter.Length;
                *(SeccompFilter.Instruction**)(description + 8) = program;
                if (Libc.Call(KernelCalls.Prctl, 38, 1) < 0)
                {
                    return Marshal.GetLastPInvokeError();
                }

                int listener = (int)Libc.Call(KernelCalls.Seccomp, 1, 8, (nint)description);
                if (listener < 0)
                {
                    return Marshal.GetLastPInvokeError();
                }

                _ = Libc.Close(listener);
                return Libc.Call(KernelCalls.Socket, 1, 1, 0) < 0 && Marshal.GetLastPInvokeError() == Libc.EACCES ? 0 : -1;
            }
        });
        states.Add(new(ContainmentLayer.SystemCallFilter, outcome == 0, outcome == 0
            ? "sockets, tracing, mounts, namespaces, io_uring, keyrings, handles, unsealed files in memory."
            : $"the kernel took no filter with a listener ({Libc.Reason(outcome)}). Linux 5.0 or later with seccomp, not refused by a filter around the host, is needed."));
    }

    private static void AddCapabilities(ImmutableArray<LayerState>.Builder states)
    {
        int outcome = OnThread(static () => Libc.Call(KernelCalls.Prctl, 38, 1) < 0 ? Marshal.GetLastPInvokeError() : Starter.DropCapabilities());
        states.Add(new(ContainmentLayer.Capabilities, outcome == 0, outcome == 0
            ? "all are given up, and set-user-id programs give none (no_new_privs)."
            : $"they could not be given up ({Libc.Reason(outcome)})."));
    }

    private static Descriptor? AddNamespaces(ImmutableArray<LayerState>.Builder states)
    {
        int ipc = OnThread(static () => Unshare(NewIpc));
        int empty = -1;
        _ = OnThread(() => empty = Unshare(NewNetwork) != 0 ? -1 : Open("/proc/thread-self/ns/net"));
        int network = OnThread(static () => Unshare(NewNetwork) is not 0 and int error ? error : Close(Loopback.Listen(out int socket), socket));
        int mounts = OnThread(static () => Unshare(NewMounts) is not 0 and int error ? error : TryMounts());
        int pid = WithHolder(static holder => holder.Start());
        int proc = pid != 0 || mounts != 0 ? -1 : WithHolder(static holder => holder.Start() is not 0 and int error ? error : holder.TryProc());
        states.Add(new(ContainmentLayer.PidNamespace, pid == 0, pid == 0 ? "the tree ends with one kill, and with the host." : $"{NeedsPrivilege} ({Libc.Reason(pid)})"));
        states.Add(new(ContainmentLayer.MountNamespace, mounts == 0, mounts == 0 ? "nothing is there but what was granted." : $"{NeedsPrivilege} ({Libc.Reason(mounts)})"));
        states.Add(new(ContainmentLayer.PrivateProc, proc == 0, proc == 0
            ? "/proc shows the process's own namespace."
            : $"/proc cannot be read, since it is the system's. Linux 6.17 or later can mount one for a PID namespace from outside ({Libc.Reason(proc)})."));
        states.Add(new(ContainmentLayer.IpcNamespace, ipc == 0, ipc == 0
            ? "System V and POSIX objects of its own."
            : $"{NeedsPrivilege} System V and POSIX queues, semaphores and shared memory are refused instead. ({Libc.Reason(ipc)})"));
        states.Add(new(ContainmentLayer.NetworkNamespace, network == 0, network == 0 ? "only the proxy can be reached." : $"{NeedsPrivilege} ({Libc.Reason(network)})"));
        return empty < 0 ? null : new Descriptor(empty);
    }

    private static int Unshare(int what) => Libc.Call(KernelCalls.Unshare, what) < 0 ? Marshal.GetLastPInvokeError() : 0;

    private static int Open(string path)
    {
        using NativeText text = new();
        return Libc.Open(text.Add(path), Libc.O_CLOEXEC);
    }

    private static int Close(int error, int descriptor)
    {
        _ = descriptor < 0 ? 0 : Libc.Close(descriptor);
        return error;
    }

    private static int OnThread(Func<int> attempt)
    {
        int result = -1;
        Thread thread = new(() => result = attempt(), 256 * 1024) { IsBackground = true, Name = "containment probe" };
        thread.Start();
        thread.Join();
        return result;
    }

    private static int TryMounts()
    {
        using NativeText text = new();
        using Grants grants = Grants.Open(new ContainmentBounds(), out _)!;
        return new MountPlan(grants, hasProc: false, text).Apply(-1);
    }

    private static int WithHolder(Func<Holder, int> attempt)
    {
        using Holder holder = new();
        return OnThread(() => attempt(holder));
    }

    /// <summary>A PID namespace with its first process.</summary>
    private sealed class Holder : IDisposable
    {
        private readonly NativeText _text = new();
        private readonly Descriptor _reading;
        private readonly Descriptor _writing;
        private readonly Spawn _spawn;
        private readonly ProcMount _proc;
        private int _process;

        internal Holder()
        {
            (_reading, _writing) = Descriptor.Pipe();
            _spawn = new Spawn(_text, "/bin/sh", ["-c", "read -r _"], [], _reading.Value, _reading.Value, _reading.Value, isGated: false);
            _proc = new ProcMount(_text);
        }

        internal int Start() => Unshare(NewProcesses | NewFileSystemState) is not 0 and int error ? error : _spawn.Run(out _process);

        internal int TryProc() => _proc.Make(out int mount) is not 0 and int failed ? failed : Close(0, mount);

        public void Dispose()
        {
            if (_process > 0)
            {
                _ = Libc.Kill(_process, Libc.SIGKILL);
                byte* info = stackalloc byte[128];
                _ = Libc.WaitId(1, _process, info, 4);
            }

            _writing.Dispose();
            _reading.Dispose();
            _spawn.Dispose();
            _text.Dispose();
        }
    }
}
