using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Which file or directory a path leads to: the mount, the device and the number there. The default value stands for none.</summary>
internal readonly record struct FileIdentity(ulong Mount, ulong Device, ulong Number, bool IsDirectory)
{
    private const int StructBytes = 256, NumberOffset = 32, ModeOffset = 28, DeviceOffset = 136, MountOffset = 144;
    private const int Wanted = 0x1 | 0x100 | 0x1000; // type, number, mount

    /// <summary>Of what is open.</summary>
    internal static unsafe FileIdentity Of(int descriptor)
    {
        byte nothing = 0;
        return Of(descriptor, &nothing, Libc.AT_EMPTY_PATH);
    }

    /// <summary>Of what a path leads to now.</summary>
    internal static unsafe FileIdentity Of(byte* path) => Of(Libc.AT_FDCWD, path, 0);

    private static unsafe FileIdentity Of(int directory, byte* path, int flags)
    {
        byte* status = stackalloc byte[StructBytes];
        return Libc.Call(KernelCalls.Statx, directory, (nint)path, flags, Wanted, (nint)status) < 0
            ? default
            : new(*(ulong*)(status + MountOffset), *(ulong*)(status + DeviceOffset), *(ulong*)(status + NumberOffset), (*(ushort*)(status + ModeOffset) & 0xF000) == 0x4000);
    }
}
