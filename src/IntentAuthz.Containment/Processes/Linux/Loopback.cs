using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>The loopback of a network namespace, where one socket listens for the proxy.</summary>
internal static unsafe class Loopback
{
    /// <summary>The proxy's port. Nothing else is in the namespace, so it needs no search.</summary>
    internal const int Port = 3128;

    private const int Inet = 2, Stream = 1, Datagram = 2, CloseOnExec = 0x80000, Backlog = 128, SetInterfaceFlags = 0x8914;
    private const short UpAndRunning = 0x41;

    /// <summary>Brings the calling thread's loopback up and listens. Makes no managed object; the result is an error or 0.</summary>
    internal static int Listen(out int socket)
    {
        socket = -1;
        int any = (int)Libc.Call(KernelCalls.Socket, Inet, Datagram | CloseOnExec, 0);
        if (any < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        byte* request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        (request[0], request[1]) = ((byte)'l', (byte)'o');
        *(short*)(request + 16) = UpAndRunning;
        int error = Libc.Call(KernelCalls.Ioctl, any, SetInterfaceFlags, (nint)request) < 0 ? Marshal.GetLastPInvokeError() : 0;
        _ = Libc.Close(any);
        if (error != 0)
        {
            return error;
        }

        byte* address = stackalloc byte[16];
        new Span<byte>(address, 16).Clear();
        *(ushort*)address = Inet;
        (address[2], address[3]) = (Port >> 8, Port & 0xFF);
        (address[4], address[7]) = (127, 1);
        int made = (int)Libc.Call(KernelCalls.Socket, Inet, Stream | CloseOnExec, 0);
        if (made < 0 || Libc.Call(KernelCalls.Bind, made, (nint)address, 16) < 0 || Libc.Call(KernelCalls.Listen, made, Backlog) < 0)
        {
            error = Marshal.GetLastPInvokeError();
            _ = made < 0 ? 0 : Libc.Close(made);
            return error;
        }

        socket = made;
        return 0;
    }
}
