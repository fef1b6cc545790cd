using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Tries every layer on threads that end afterwards.</summary>
internal static unsafe class LayerProbe
{
    private const int NewMounts = 0x0002_0000, NewIpc = 0x0800_0000, NewProcesses = 0x2000_0000, NewNetwork = 0x4000_0000, NewFileSystemState = 0x200;

    private const int SetNoNewPrivileges = 38, ProcessCount = 6, TryAgain = 11;

    private const string NeedsPrivilege =
        "the host may make neither namespaces nor user namespaces. It needs CAP_SYS_ADMIN, which root has unless its container took it away, or user namespaces for everybody (user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns and the container's filter decide that).";

    private unsafe delegate void AddToProcess(CallList calls, SystemCall* end);

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
        bool counts = !hasProcesses && states.Any(static s => s is { Layer: ContainmentLayer.UserNamespace, IsEnforced: true }) && CanCount();
        states.Add(new(ContainmentLayer.MemoryGroup, hasMemory, hasMemory ? $"control group version {(groups.Unified is null ? 1 : 2)}." : groups.Reason));
        states.Add(new(ContainmentLayer.ProcessGroup, hasProcesses || counts,
            hasProcesses ? $"control group version {(groups.Unified is null ? 1 : 2)}." : counts ? "the user namespace counts them; that the limit was reached is not told." : groups.Reason));
        return new ContainmentLayers(states.ToImmutable(), landlock, groups, emptyNetwork, counts);
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
        int outcome = OnThread(static calls =>
        {
            calls.Add(KernelCalls.Prctl, SetNoNewPrivileges, 1);
            EnclosureCalls.AddCapabilities(calls, mustHold: false);
        });
        states.Add(new(ContainmentLayer.Capabilities, outcome == 0, outcome == 0
            ? "all are given up, and set-user-id programs give none (no_new_privs)."
            : $"they could not be given up ({Libc.Reason(outcome)})."));
    }

    private static Descriptor? AddNamespaces(ImmutableArray<LayerState>.Builder states)
    {
        // Root makes them on a thread; who may not makes them in a user namespace, for which it takes a process.
        int denied = OnThread(static calls => calls.Add(KernelCalls.Unshare, NewProcesses));
        string? problem = denied == 0 ? null : CallRunner.Problem;
        bool inUserNamespace = denied != 0 && problem is null && InUserNamespace(static _ => { }) == 0;
        Func<Action<CallList>, int> attempt = inUserNamespace ? InUserNamespace : OnThread;
        int pid = WithHolder(inUserNamespace, static _ => { });
        int mounts = attempt(calls => AddMounts(calls, inUserNamespace));
        int proc = pid != 0 || mounts != 0 ? -1 : WithHolder(inUserNamespace, calls => AddProc(calls, inUserNamespace));
        int ipc = attempt(static calls => calls.Add(KernelCalls.Unshare, NewIpc));
        int network = attempt(AddNetwork);
        string why = inUserNamespace ? "the host may make user namespaces, but in them this was refused." : NeedsPrivilege + (problem is null ? "" : $" For user namespaces, {problem}");
        states.Add(new(ContainmentLayer.UserNamespace, inUserNamespace && pid == 0, denied == 0
            ? "not needed: the host may make the other namespaces itself."
            : inUserNamespace ? "the other namespaces are made in it, in which no capability is kept." : $"{why} ({Libc.Reason(denied)})"));
        states.Add(new(ContainmentLayer.PidNamespace, pid == 0, pid == 0 ? "the tree ends with one kill, and with the host." : $"{why} ({Libc.Reason(pid)})"));
        states.Add(new(ContainmentLayer.MountNamespace, mounts == 0, mounts == 0 ? "nothing is there but what was granted." : $"{why} ({Libc.Reason(mounts)})"));
        states.Add(new(ContainmentLayer.PrivateProc, proc == 0, proc == 0
            ? "/proc shows the process's own namespace."
            : $"/proc cannot be read, since it is the system's. Linux 6.17 or later can mount one for a PID namespace from outside ({Libc.Reason(proc)})."));
        states.Add(new(ContainmentLayer.IpcNamespace, ipc == 0, ipc == 0
            ? "System V and POSIX objects of its own."
            : $"{why} System V and POSIX queues, semaphores and shared memory are refused instead. ({Libc.Reason(ipc)})"));
        states.Add(new(ContainmentLayer.NetworkNamespace, network == 0, network == 0 ? "only the proxy can be reached." : $"{why} ({Libc.Reason(network)})"));
        return inUserNamespace ? null : EmptyNetwork();
    }

    private static void AddMounts(CallList calls, bool inUserNamespace)
    {
        using Grants grants = Grants.Open(new ContainmentBounds(), out _)!;
        calls.Add(KernelCalls.Unshare, NewMounts | (inUserNamespace ? 0 : NewFileSystemState));
        MountPlan.Add(calls, grants, hasProc: false, proc: null);
    }

    private static void AddProc(CallList calls, bool inUserNamespace)
    {
        if (inUserNamespace)
        {
            calls.Add(KernelCalls.Unshare, NewMounts);
        }

        CallList.Cell proc = Cell(calls.Memory);
        ProcMount.Add(calls, proc);
        calls.Close(proc);
    }

    private static void AddNetwork(CallList calls)
    {
        CallList.Cell socket = Cell(calls.Memory);
        calls.Add(KernelCalls.Unshare, NewNetwork);
        Loopback.Add(calls, socket);
        calls.Close(socket);
    }

    /// <summary>
    /// Whether the limit of a user's processes counts those in its user namespace alone (Linux 5.14): there is room for three then, whatever the host runs,
    /// and for one there is none. Root is not limited.
    /// </summary>
    private static bool CanCount()
    {
        return Libc.Call(KernelCalls.EffectiveUser) != 0
            && InUserNamespace(static (calls, end) => AddChild(calls, end, 3)) == 0
            && InUserNamespace(static (calls, end) => AddChild(calls, end, 1)) == TryAgain;

        static void AddChild(CallList calls, SystemCall* end, ulong most)
        {
            ulong* limit = (ulong*)calls.Memory.Allocate(16);
            limit[0] = limit[1] = most;
            calls.Add(KernelCalls.Prlimit, 0, ProcessCount, (nint)limit);
            EnclosureCalls.AddCapabilities(calls, mustHold: true); // who has them is not limited
            calls.Add(KernelCalls.Clone, UserNamespaceProcess.CloneForProgram, 0, (nint)calls.Memory.Allocate(8))->AfterZero = end;
        }
    }

    private static Descriptor? EmptyNetwork()
    {
        using NativeText text = new();
        CallList calls = new(text);
        calls.Add(KernelCalls.Unshare, NewNetwork);
        CallList.Cell opened = Cell(text);
        _ = calls.Into(opened, KernelCalls.OpenAt, Libc.AT_FDCWD, (nint)text.Add("/proc/thread-self/ns/net"), Libc.O_CLOEXEC);
        return OnThread(() => calls.Run(out _)) == 0 ? new Descriptor((int)opened.Value) : null;
    }

    private static CallList.Cell Cell(NativeText memory) => new((nint*)memory.Allocate(sizeof(nint)));

    private static int OnThread(Action<CallList> add)
    {
        using NativeText text = new();
        CallList calls = new(text);
        add(calls);
        return OnThread(() => calls.Run(out _));
    }

    private static int InUserNamespace(Action<CallList> add) => InUserNamespace((calls, _) => add(calls));

    private static int InUserNamespace(AddToProcess add)
    {
        using NativeText text = new();
        using UserNamespaceProcess process = new(text, tell: null);
        add(process.Calls, process.End);
        process.Calls.ContinueWith(process.End);
        int notMade = OnThread(process.Run);
        process.Calls.CloseLeft();
        return notMade != 0 ? notMade : process.Calls.Failure(out _);
    }

    private static int OnThread(Func<int> attempt)
    {
        int result = -1;
        Thread thread = new(() => result = attempt(), 256 * 1024) { IsBackground = true, Name = "containment probe" };
        thread.Start();
        thread.Join();
        return result;
    }

    /// <summary>Makes a PID namespace with its first process, then what is added, and ends it.</summary>
    private static int WithHolder(bool inUserNamespace, Action<CallList> add)
    {
        (Descriptor reading, Descriptor writing) = Descriptor.Pipe();
        using (reading)
        using (writing)
        {
            using NativeText text = new();
            using Spawn spawn = new(text, "/bin/sh", ["-c", "read -r _"], [], reading.Value, reading.Value, reading.Value, isGated: false);
            CallList.Cell holder = Cell(text);
            int error = inUserNamespace ? InUserNamespace(AddAll) : OnThread(() => AddOnThread(spawn, holder));
            if (holder.Value > 0)
            {
                _ = Libc.Kill((int)holder.Value, Libc.SIGKILL);
                Children.Wait((int)holder.Value);
            }

            return error;

            void AddAll(CallList calls, SystemCall* end)
            {
                CallList child = new(text, end);
                spawn.Add(child);
                calls.Add(KernelCalls.Unshare, NewProcesses);
                SystemCall* born = calls.Add(KernelCalls.Clone, UserNamespaceProcess.CloneForProgram | UserNamespaceProcess.CloneParent, 0, (nint)holder.At);
                add(calls);
                born->AfterZero = child.First;
            }
        }

        int AddOnThread(Spawn spawn, CallList.Cell holder)
        {
            using NativeText text = new();
            CallList calls = new(text);
            add(calls);
            if (Libc.Call(KernelCalls.Unshare, NewProcesses | NewFileSystemState) < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            int error = spawn.Run(out int process);
            holder.Set(process);
            return error != 0 ? error : calls.Run(out _);
        }
    }
}
