using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz;

/// <summary>
/// Two calls of the C library on Linux that .NET has no name for: which file of which kind a path or a handle stands for, and a lock that belongs to the opened
/// file. A lock of <see cref="FileStream"/> would keep readers out, or be lost when the process closes another handle of the file. Where a call is
/// not to be had, the answer is that it cannot tell.
/// </summary>
internal static partial class LinuxFile
{
    private const int CurrentDirectory = -100, EmptyPath = 0x1000; // AT_FDCWD, AT_EMPTY_PATH
    private const uint WantsType = 0x1, WantsInode = 0x100; // STATX_TYPE, STATX_INO
    private const ushort TypeBits = 0xF000, Regular = 0x8000; // S_IFMT, S_IFREG
    private const int SetLock = 37; // F_OFD_SETLK
    private const int Again = 11, NoAccess = 13; // EAGAIN, EACCES: somebody holds it

    // The layout of a lock is that of 64 bits; passing it as one of the variable arguments is the same as any other argument on these two.
    private static readonly bool s_canCall = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>Which file a path leads to now; null when there is none, or it cannot be told.</summary>
    internal static FileIdentity? Identify(string path)
    {
        try
        {
            return s_canCall && Stat(CurrentDirectory, path, flags: 0, WantsInode, out Status status) == 0 ? status.Identity : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Which file a handle stands for; null when it cannot be told.</summary>
    internal static FileIdentity? Identify(SafeFileHandle file)
    {
        try
        {
            return s_canCall && Stat(file, "", EmptyPath, WantsInode, out Status status) == 0 ? status.Identity : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a path leads to a regular file: opening a pipe waits until somebody writes into it, and a device may never end. Null when it cannot be told.
    /// </summary>
    internal static bool? IsRegular(string path)
    {
        try
        {
            return s_canCall && Stat(CurrentDirectory, path, flags: 0, WantsType, out Status status) == 0 ? (status.Mode & TypeBits) == Regular : null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Locks a file for who opened it, under whichever name. Readers and SQLite are not in its way: it lies on one byte that no file comes to. False
    /// when somebody else holds it. Where there are no such locks, true.
    /// </summary>
    internal static bool TryLock(SafeFileHandle file)
    {
        try
        {
            Range range = new() { Type = 1 /* F_WRLCK */, Start = 1L << 62, Length = 1 };
            return !s_canCall || Lock(file, SetLock, ref range) == 0 || Marshal.GetLastPInvokeError() is not (Again or NoAccess);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(SafeFileHandle file, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int command, ref Range range);

    /// <summary>struct statx, the same on every machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(28)]
        internal ushort Mode;

        [FieldOffset(32)]
        internal ulong Inode;

        [FieldOffset(136)]
        internal uint DeviceMajor;

        [FieldOffset(140)]
        internal uint DeviceMinor;

        internal readonly FileIdentity Identity => new(((ulong)DeviceMajor << 32) | DeviceMinor, Inode);
    }

    /// <summary>struct flock of a system of 64 bits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Range
    {
        internal short Type;
        internal short Whence; // from the file's beginning
        internal long Start;
        internal long Length;
        internal int Process; // 0: the lock is the opened file's, not the process's
    }
}
