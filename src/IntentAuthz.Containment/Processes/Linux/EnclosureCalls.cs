namespace IntentAuthz.Containment;

/// <summary>
/// The calls by which rights are given up: on a thread of the host, or in a process that has a user namespace of its own. Both make the same ones;
/// only where a call depends on which of the two makes it does this ask.
/// </summary>
internal sealed unsafe class EnclosureCalls
{
    private const int NewFileSystemState = 0x200, NewMounts = 0x0002_0000, NewIpc = 0x0800_0000, NewProcesses = 0x2000_0000, NewNetwork = 0x4000_0000;
    private const int DropBoundingCapability = 24, SetSecureBits = 28, AmbientCapability = 47, ClearAmbient = 4, Capabilities = 64;
    private const int InstallFilter = 1, NewListener = 8;

    /// <summary>Root is no longer special, and none of that can be changed back.</summary>
    private const int SecureBits = 0xEF;

    /// <summary>Whether they are made in a user namespace, with the capabilities that are held there.</summary>
    internal bool InUserNamespace { get; init; }

    internal required Grants Grants { get; init; }

    internal required int Ruleset { get; init; }

    internal required SeccompFilter.Instruction* Filter { get; init; }

    internal required int FilterLength { get; init; }

    internal bool Mounts { get; init; }

    internal bool Proc { get; init; }

    internal bool Ipc { get; init; }

    internal bool Network { get; init; }

    /// <summary>A <see cref="MountTemplate"/>'s namespace, whose mounts are copied instead of made; -1 for none.</summary>
    internal int MountTemplate { get; init; } = -1;

    /// <summary>A network namespace with nothing in it, for processes without network; -1 for none.</summary>
    internal int EmptyNetwork { get; init; } = -1;

    /// <summary>Where a thread puts itself into the control groups of version 1, -1 for none: see <see cref="ControlGroup"/>.</summary>
    internal int MemoryTasks { get; init; } = -1;

    internal int ProcessTasks { get; init; } = -1;

    /// <summary>Adds those before the namespace's first process, which finds its program in the host's files.</summary>
    /// <param name="calls">Takes them.</param>
    /// <param name="socket">Gets the proxy's socket.</param>
    internal void AddNamespaces(CallList calls, CallList.Cell socket)
    {
        calls.Step = Starter.Step.Namespaces;
        int network = Network || InUserNamespace ? NewNetwork : 0;
        calls.Add(KernelCalls.Unshare, (InUserNamespace ? 0 : NewFileSystemState) | NewProcesses | (Ipc ? NewIpc : 0) | network);
        if (EmptyNetwork >= 0)
        {
            calls.Add(KernelCalls.SetNamespace, EmptyNetwork, NewNetwork);
        }

        calls.Step = Starter.Step.Loopback;
        if (Network)
        {
            Loopback.Add(calls, socket);
        }
    }

    /// <summary>Adds those that leave no file but what was granted, and put the caller into its groups.</summary>
    internal void AddFiles(CallList calls)
    {
        if (Mounts)
        {
            (CallList.Cell proc, nint rule) = Landlock.ReadableRule(calls.Memory);
            if (InUserNamespace)
            {
                // Only who owns the mount namespace may make a /proc.
                AddMountNamespace(calls);
                AddProc(calls, proc);
            }
            else
            {
                // In a copy of a template there would be no /proc to find the PID namespace by.
                AddProc(calls, proc);
                AddMountNamespace(calls);
            }

            calls.Step = Starter.Step.Mounts;
            if (MountTemplate < 0)
            {
                MountPlan.Add(calls, Grants, Proc, Proc ? proc : null);
            }
            else if (Proc)
            {
                MountPlan.AddProc(calls, proc);
            }

            if (Proc)
            {
                calls.Step = Starter.Step.ProcRule;
                Landlock.AddReadable(calls, Ruleset, rule);
                calls.Close(proc);
            }
        }

        calls.Step = Starter.Step.Groups;
        calls.Add(KernelCalls.UserMask, 0x12); // 022
        foreach (int tasks in new[] { MemoryTasks, ProcessTasks })
        {
            if (tasks >= 0)
            {
                // Who moves itself is moved at once; moving another process makes the kernel wait for all forks of the machine.
                calls.Add(KernelCalls.Write, tasks, (nint)calls.Memory.Add("0"), 1);
            }
        }
    }

    /// <summary>Adds those that give up all capabilities.</summary>
    /// <param name="calls">Takes them.</param>
    /// <param name="mustHold">Whether the caller has some for certain. Of one that has none to drop, only the last call matters.</param>
    internal static void AddCapabilities(CallList calls, bool mustHold)
    {
        calls.Step = Starter.Step.Capabilities;
        calls.Try(KernelCalls.Prctl, AmbientCapability, ClearAmbient);
        _ = mustHold ? calls.Add(KernelCalls.Prctl, SetSecureBits, SecureBits) : calls.Try(KernelCalls.Prctl, SetSecureBits, SecureBits);
        for (int capability = 0; capability < Capabilities; capability++)
        {
            calls.Try(KernelCalls.Prctl, DropBoundingCapability, capability); // fails beyond the last
        }

        uint* header = (uint*)calls.Memory.Allocate(8);
        header[0] = 0x2008_0522;
        calls.Add(KernelCalls.Capset, (nint)header, (nint)calls.Memory.Allocate(24));
    }

    internal void AddLandlock(CallList calls)
    {
        calls.Step = Starter.Step.Landlock;
        calls.Add(KernelCalls.LandlockRestrictSelf, Ruleset, 0);
    }

    /// <summary>Adds the filter, whose listener tells of the child that waits at the gate.</summary>
    internal void AddFilter(CallList calls, CallList.Cell listener)
    {
        calls.Step = Starter.Step.Filter;
        byte* program = calls.Memory.Allocate(16);
        *(ushort*)program = (ushort)FilterLength;
        *(SeccompFilter.Instruction**)(program + 8) = Filter;
        _ = calls.Into(listener, KernelCalls.Seccomp, InstallFilter, NewListener, (nint)program);
    }

    private void AddProc(CallList calls, CallList.Cell proc)
    {
        calls.Step = Starter.Step.Proc;
        if (Proc)
        {
            ProcMount.Add(calls, proc);
        }
    }

    private void AddMountNamespace(CallList calls)
    {
        calls.Step = Starter.Step.MountNamespace;
        if (MountTemplate >= 0)
        {
            calls.Add(KernelCalls.SetNamespace, MountTemplate, NewMounts);
        }

        calls.Add(KernelCalls.Unshare, NewMounts);
    }
}
