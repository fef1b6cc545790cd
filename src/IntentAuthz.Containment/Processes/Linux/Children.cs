using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Processes that are the host's own children.</summary>
internal static unsafe class Children
{
    private const int ByProcess = 1, Exited = 4;

    /// <summary>Waits for one to end, which must not have been waited for: its number could be another's by then. Makes no managed object.</summary>
    internal static void Wait(int process)
    {
        byte* info = stackalloc byte[128];
        while (Libc.WaitId(ByProcess, process, info, Exited) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
        {
        }
    }
}
