using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>A <c>/proc</c> that shows the processes of a PID namespace and nothing of the system.</summary>
internal sealed unsafe class ProcMount(NativeText text)
{
    private const int SetString = 1, SetDescriptor = 5, Create = 6;
    private const int NoSetUserId = 2, NoDevices = 4, NoExecute = 8;

    private readonly byte* _type = text.Add("proc");
    private readonly byte* _namespaceKey = text.Add("pidns");
    private readonly byte* _subsetKey = text.Add("subset");
    private readonly byte* _subset = text.Add("pid");
    private readonly byte* _namespace = text.Add("/proc/thread-self/ns/pid_for_children");

    /// <summary>
    /// Makes one that is not mounted anywhere yet. The namespace is that of the calling thread's children, and its first process must be there. Only
    /// kernels that let somebody outside of the namespace do that (Linux 6.17 or later) have it.
    /// </summary>
    /// <param name="mount">A descriptor of its root.</param>
    /// <returns>An error or 0. Makes no managed object.</returns>
    internal int Make(out int mount)
    {
        mount = -1;
        int processes = Libc.Open(_namespace, Libc.O_CLOEXEC);
        if (processes < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        int context = (int)Libc.Call(KernelCalls.FsOpen, (nint)_type, 1);
        int error = context < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (error == 0)
        {
            error = Libc.Call(KernelCalls.FsConfig, context, SetDescriptor, (nint)_namespaceKey, 0, processes) < 0
                || Libc.Call(KernelCalls.FsConfig, context, SetString, (nint)_subsetKey, (nint)_subset) < 0
                || Libc.Call(KernelCalls.FsConfig, context, Create) < 0
                || (mount = (int)Libc.Call(KernelCalls.FsMount, context, 1, NoSetUserId | NoDevices | NoExecute)) < 0
                ? Marshal.GetLastPInvokeError()
                : 0;
            _ = Libc.Close(context);
        }

        _ = Libc.Close(processes);
        return error;
    }
}
