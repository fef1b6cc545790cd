namespace IntentAuthz.Containment;

/// <summary>A <c>/proc</c> that shows the processes of a PID namespace and nothing of the system.</summary>
internal static unsafe class ProcMount
{
    private const int SetString = 1, SetDescriptor = 5, Create = 6;
    private const int NoSetUserId = 2, NoDevices = 4, NoExecute = 8;

    /// <summary>
    /// Adds the calls that make one that is not mounted anywhere yet. The namespace is that of the caller's children, and its first process must be
    /// there. Only kernels that let somebody outside of the namespace do that (Linux 6.17 or later) have it.
    /// </summary>
    /// <param name="calls">Takes them.</param>
    /// <param name="mount">Gets a descriptor of its root.</param>
    internal static void Add(CallList calls, CallList.Cell mount)
    {
        CallList.Cell processes = calls.Open(KernelCalls.OpenAt, Libc.AT_FDCWD, Text("/proc/thread-self/ns/pid_for_children"), Libc.O_CLOEXEC);
        CallList.Cell context = calls.Open(KernelCalls.FsOpen, Text("proc"), 1);
        calls.Add(KernelCalls.FsConfig, context, SetDescriptor, Text("pidns"), 0, processes);
        calls.Add(KernelCalls.FsConfig, context, SetString, Text("subset"), Text("pid"));
        calls.Add(KernelCalls.FsConfig, context, Create);
        calls.Open(mount, KernelCalls.FsMount, context, 1, NoSetUserId | NoDevices | NoExecute);
        calls.Close(context);
        calls.Close(processes);

        nint Text(string text) => (nint)calls.Memory.Add(text);
    }
}
