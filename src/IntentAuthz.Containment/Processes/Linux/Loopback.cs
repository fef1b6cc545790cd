namespace IntentAuthz.Containment;

/// <summary>The loopback of a network namespace, where one socket listens for the proxy.</summary>
internal static unsafe class Loopback
{
    /// <summary>The proxy's port. Nothing else is in the namespace, so it needs no search.</summary>
    internal const int Port = 3128;

    private const int Inet = 2, Stream = 1, Datagram = 2, CloseOnExec = 0x80000, Backlog = 128, SetInterfaceFlags = 0x8914;
    private const short UpAndRunning = 0x41;

    /// <summary>Adds the calls that bring the caller's loopback up and listen.</summary>
    /// <param name="calls">Takes them.</param>
    /// <param name="socket">Gets the socket.</param>
    internal static void Add(CallList calls, CallList.Cell socket)
    {
        byte* request = calls.Memory.Allocate(40);
        (request[0], request[1]) = ((byte)'l', (byte)'o');
        *(short*)(request + 16) = UpAndRunning;
        CallList.Cell any = calls.Open(KernelCalls.Socket, Inet, Datagram | CloseOnExec, 0);
        calls.Add(KernelCalls.Ioctl, any, SetInterfaceFlags, (nint)request);
        calls.Close(any);

        byte* address = calls.Memory.Allocate(16);
        *(ushort*)address = Inet;
        (address[2], address[3]) = (Port >> 8, Port & 0xFF);
        (address[4], address[7]) = (127, 1);
        _ = calls.Into(socket, KernelCalls.Socket, Inet, Stream | CloseOnExec, 0);
        calls.Add(KernelCalls.Bind, socket, (nint)address, 16);
        calls.Add(KernelCalls.Listen, socket, Backlog);
    }
}
