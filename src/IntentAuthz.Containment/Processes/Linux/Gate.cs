using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// Holds the child between its birth and its program: its first <c>fchdir</c> to <see cref="SeccompFilter.GateDescriptor"/> waits for the host,
/// which learns its process id, puts it into control groups and sets its limits, since <c>setrlimit</c> would set the host's own.
/// </summary>
internal static unsafe class Gate
{
    private const int CpuSeconds = 0, FileBytes = 1, CoreBytes = 4, ProcessCount = 6, OpenFiles = 7, RealTimePriority = 14, Nice = 13;
    private const uint Receive = 0xC050_2100, Answer = 0xC018_2101;
    private const ulong Unlimited = ulong.MaxValue;

    /// <summary>Waits at most as long as a descriptor's event takes.</summary>
    /// <returns>The child that waits, or 0.</returns>
    internal static int Await(int listener, out ulong id)
    {
        byte* notification = stackalloc byte[80];
        new Span<byte>(notification, 80).Clear();
        id = 0;
        if (Libc.Call(KernelCalls.Ioctl, listener, unchecked((nint)Receive), (nint)notification) < 0)
        {
            return 0;
        }

        id = *(ulong*)notification;
        return *(int*)(notification + 8);
    }

    /// <summary>Lets it go on, or makes its start fail.</summary>
    internal static void Open(int listener, ulong id, bool mayGoOn)
    {
        byte* answer = stackalloc byte[24];
        new Span<byte>(answer, 24).Clear();
        *(ulong*)answer = id;
        *(int*)(answer + 16) = mayGoOn ? 0 : -Libc.EPERM;
        _ = Libc.Call(KernelCalls.Ioctl, listener, unchecked((nint)Answer), (nint)answer);
    }

    /// <summary>Sets the limits of a process: those of the bounds, no core dumps, and the usual number of open files.</summary>
    /// <param name="process">The process.</param>
    /// <param name="limits">Those of the bounds.</param>
    /// <param name="userProcesses">How many processes its user may have in its user namespace; null where something else counts them.</param>
    internal static bool TryLimit(int process, ContainmentLimits limits, long? userProcesses)
    {
        ulong seconds = limits.CpuTime is { } time ? (ulong)Math.Max(1, Math.Ceiling(time.TotalSeconds)) : Unlimited;
        return Set(process, CoreBytes, 0, 0)
            && Set(process, RealTimePriority, 0, 0)
            && Set(process, Nice, 0, 0)
            && Set(process, OpenFiles, 1024, 65536)
            && (userProcesses is not { } count || Set(process, ProcessCount, (ulong)count, (ulong)count))
            && (seconds == Unlimited || Set(process, CpuSeconds, seconds, seconds + 1))
            && (limits.FileBytes is not { } bytes || Set(process, FileBytes, (ulong)bytes, (ulong)bytes));
    }

    /// <summary>Never above what the host has itself.</summary>
    private static bool Set(int process, int resource, ulong soft, ulong hard)
    {
        ulong* limit = stackalloc ulong[2];
        if (Libc.Call(KernelCalls.Prlimit, process, resource, 0, (nint)limit) < 0)
        {
            return false;
        }

        limit[1] = Math.Min(limit[1], hard);
        limit[0] = Math.Min(soft, limit[1]);
        return Libc.Call(KernelCalls.Prlimit, process, resource, (nint)limit, 0) == 0;
    }
}
