namespace IntentAuthz.Containment;

/// <summary>A means of the operating system that containment is made of.</summary>
public enum ContainmentLayer
{
    /// <summary>The system itself: Linux 5.13 or later on x86-64 or arm64, with glibc 2.34 or later.</summary>
    OperatingSystem,

    /// <summary>Landlock: which paths can be read, written, executed; which TCP port can be connected to; signals and abstract sockets of others.</summary>
    Landlock,

    /// <summary>seccomp: which system calls can be made, so no sockets but those granted, no tracing, mounts, namespaces, io_uring.</summary>
    SystemCallFilter,

    /// <summary>Capabilities given up before the program starts, so that a program of root has none.</summary>
    Capabilities,

    /// <summary>A PID namespace: the whole tree ends with one kill, and with the host, and sees no other process.</summary>
    PidNamespace,

    /// <summary>A mount namespace in which nothing is but what was granted, for what Landlock does not cover: looking at, and changing, modes, owners, times and attributes.</summary>
    MountNamespace,

    /// <summary>A <c>/proc</c> of the process's own.</summary>
    PrivateProc,

    /// <summary>An IPC namespace: System V and POSIX message queues, semaphores and shared memory of its own.</summary>
    IpcNamespace,

    /// <summary>A network namespace with a loopback of its own, where only the proxy listens.</summary>
    NetworkNamespace,

    /// <summary>A control group that limits memory.</summary>
    MemoryGroup,

    /// <summary>A control group that limits the number of processes, or a user namespace in which they are counted.</summary>
    ProcessGroup,

    /// <summary>A user namespace, in which a host that is not root makes the others. Not there where it is not needed.</summary>
    UserNamespace,
}
