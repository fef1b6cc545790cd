using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment;

/// <summary>A descriptor that is closed when it goes.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    private const int DuplicateCloseOnExec = 1030, FirstAboveStandard = 16;

    internal Descriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    internal int Value => IsInvalid || IsClosed ? -1 : (int)handle;

    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    /// <summary>A pipe, both ends closed on exec and away from the numbers of the standard streams.</summary>
    internal static unsafe (Descriptor Reading, Descriptor Writing) Pipe()
    {
        int* ends = stackalloc int[2];
        return Libc.Pipe(ends, Libc.O_CLOEXEC) == 0
            ? (Away(ends[0]), Away(ends[1]))
            : throw new IOException($"No pipe could be made ({Libc.Reason(Marshal.GetLastPInvokeError())}).");
    }

    /// <summary><c>/dev/null</c>, closed on exec and away from the numbers of the standard streams.</summary>
    internal static unsafe Descriptor Nothing(bool writable)
    {
        using NativeText text = new();
        return Libc.Open(text.Add("/dev/null"), Libc.O_CLOEXEC | (writable ? 2 : 0)) is >= 0 and int opened
            ? Away(opened)
            : throw new IOException($"/dev/null could not be opened ({Libc.Reason(Marshal.GetLastPInvokeError())}).");
    }

    /// <summary>An event descriptor, for <c>poll</c> or, where it blocks, for <see cref="Wait"/>.</summary>
    internal static Descriptor Event(bool blocks = false) => Libc.EventDescriptor(0, Libc.O_CLOEXEC | (blocks ? 0 : Libc.O_NONBLOCK)) is >= 0 and int made
        ? new Descriptor(made)
        : throw new IOException($"No event descriptor could be made ({Libc.Reason(Marshal.GetLastPInvokeError())}).");

    /// <summary>Wakes who waits for an event descriptor.</summary>
    internal unsafe void Signal()
    {
        ulong one = 1;
        _ = Libc.Write(Value, (byte*)&one, sizeof(ulong));
    }

    internal unsafe void Clear()
    {
        ulong value;
        _ = Libc.Read(Value, (byte*)&value, sizeof(ulong));
    }

    /// <summary>Waits for a signal and takes all there are. Makes no managed object.</summary>
    internal unsafe void Wait()
    {
        ulong value;
        while (Libc.Read(Value, (byte*)&value, sizeof(ulong)) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
        {
        }
    }

    internal void DoNotBlock() => _ = Libc.Call(KernelCalls.Fcntl, Value, 4, Libc.O_NONBLOCK);

    internal Descriptor Duplicate() => Duplicate(Value);

    private static Descriptor Away(int descriptor)
    {
        if (descriptor >= FirstAboveStandard)
        {
            return new Descriptor(descriptor);
        }

        using Descriptor low = new(descriptor);
        return Duplicate(descriptor);
    }

    private static Descriptor Duplicate(int descriptor) => (int)Libc.Call(KernelCalls.Fcntl, descriptor, DuplicateCloseOnExec, FirstAboveStandard) is >= 0 and int made
        ? new Descriptor(made)
        : throw new IOException("A descriptor could not be duplicated; there may be too many open.");
}
