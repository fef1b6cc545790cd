using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace IntentAuthz.Containment;

/// <summary>
/// File operations of the Linux kernel relative to an opened directory. Every path is resolved by <c>openat2</c> (Linux 5.6) beneath that
/// directory, without symbolic links, magic links and mount points, in one step: there is no moment between looking and opening.
/// </summary>
internal static unsafe partial class FileCalls
{
    internal const uint KindMask = 0xF000, RegularFile = 0x8000, Directory = 0x4000, SymbolicLink = 0xA000;

    internal const int ReadOnly = 0, WriteOnly = 1, Create = 0x40, Exclusive = 0x80, NoTerminal = 0x100, AppendOnly = 0x400, NonBlocking = 0x800, PathOnly = 0x200000, CloseOnExec = 0x80000;

    internal const int NotPermitted = 1, NoEntry = 2, TryAgain = 11, NoAccess = 13, Exists = 17, CrossDevice = 18, NotDirectory = 20, IsDirectory = 21, NoDevice = 6,
        NameTooLong = 36, NoSystemCall = 38, NotEmpty = 39, Loop = 40;

    private const int EmptyPath = 0x1000, NoFollow = 0x100, RemoveDirectory = 0x200;
    private const ulong NoCrossing = 0x01, NoMagicLinks = 0x02, NoSymbolicLinks = 0x04, Beneath = 0x08;
    private const uint AllBasic = 0x7FF;

    /// <summary>A concurrent rename makes the kernel unsure whether the path stayed beneath; it says so, and is asked again.</summary>
    private const int Attempts = 128;

    internal static readonly int OnlyDirectory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    private static readonly int s_getDirectoryEntries = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;
    private const int OpenAt2 = 437;
    private const int AtWorkingDirectory = -100;

    /// <summary>Opens a directory by its absolute path.</summary>
    internal static SafeFileHandle? OpenRoot(string path, bool followLinks, out int error)
    {
        fixed (byte* name = Text(path))
        {
            OpenHow how = new() { Flags = (ulong)(uint)(ReadOnly | OnlyDirectory | CloseOnExec), Resolve = followLinks ? 0 : NoSymbolicLinks | NoMagicLinks };
            return Taken(Call(OpenAt2, AtWorkingDirectory, (nint)name, (nint)(&how), sizeof(OpenHow)), out error);
        }
    }

    /// <summary>Opens what lies beneath a directory.</summary>
    internal static SafeFileHandle? Open(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, uint mode, out int error)
    {
        bool isHeld = false;
        try
        {
            directory.DangerousAddRef(ref isHeld);
            fixed (byte* name = Text(path))
            {
                OpenHow how = new()
                {
                    Flags = (ulong)(uint)(flags | CloseOnExec | NoTerminal),
                    Mode = mode,
                    Resolve = Beneath | NoSymbolicLinks | NoMagicLinks | NoCrossing,
                };
                for (int attempt = 0; ; attempt++)
                {
                    SafeFileHandle? opened = Taken(Call(OpenAt2, directory.DangerousGetHandle(), (nint)name, (nint)(&how), sizeof(OpenHow)), out error);
                    if (opened is not null || error != TryAgain || attempt == Attempts)
                    {
                        return opened;
                    }

                    Thread.Yield();
                }
            }
        }
        finally
        {
            if (isHeld)
            {
                directory.DangerousRelease();
            }
        }
    }

    /// <summary>What an opened file is.</summary>
    internal static FileStatus? StatusOf(SafeFileHandle file, out int error) => Status(file, [], EmptyPath, out error);

    /// <summary>What a name in a directory stands for; a symbolic link is itself.</summary>
    internal static FileStatus? StatusOf(SafeFileHandle directory, ReadOnlySpan<byte> name, out int error) => Status(directory, name, NoFollow, out error);

    internal static int MakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        fixed (byte* text = Text(name))
        {
            return MakeDirectoryAt(directory, text, 0x1C0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    internal static int Remove(SafeFileHandle directory, ReadOnlySpan<byte> name, bool isDirectory)
    {
        fixed (byte* text = Text(name))
        {
            return UnlinkAt(directory, text, isDirectory ? RemoveDirectory : 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    internal static int Rename(SafeFileHandle directory, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* old = Text(from), name = Text(to))
        {
            return RenameAt(directory, old, directory, name) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    internal static int SetMode(SafeFileHandle file, uint mode) => ChangeMode(file, mode) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>The names in an opened directory, without <c>.</c> and <c>..</c>, in the kernel's order; at most so many.</summary>
    internal static List<byte[]>? ReadNames(SafeFileHandle directory, int most, out int error)
    {
        List<byte[]> names = [];
        byte[] buffer = new byte[32 * 1024];
        bool isHeld = false;
        try
        {
            directory.DangerousAddRef(ref isHeld);
            while (names.Count < most)
            {
                int read;
                fixed (byte* bytes = buffer)
                {
                    read = (int)Call(s_getDirectoryEntries, directory.DangerousGetHandle(), (nint)bytes, buffer.Length, 0);
                    error = read < 0 ? Marshal.GetLastPInvokeError() : 0;
                }

                if (read < 0)
                {
                    return null;
                }

                if (read == 0)
                {
                    return names;
                }

                for (int at = 0; at < read && names.Count < most;)
                {
                    int length = BitConverter.ToUInt16(buffer, at + 16); // after inode and offset
                    ReadOnlySpan<byte> name = buffer.AsSpan(at + 19, length - 19); // after length and kind
                    name = name[..name.IndexOf((byte)0)];
                    if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    {
                        names.Add(name.ToArray());
                    }

                    at += length;
                }
            }

            error = 0;
            return names;
        }
        finally
        {
            if (isHeld)
            {
                directory.DangerousRelease();
            }
        }
    }

    private static FileStatus? Status(SafeFileHandle handle, ReadOnlySpan<byte> name, int flags, out int error)
    {
        byte* buffer = stackalloc byte[256];
        fixed (byte* text = Text(name))
        {
            if (ExtendedStatus(handle, text, flags, AllBasic, buffer) != 0)
            {
                error = Marshal.GetLastPInvokeError();
                return null;
            }
        }

        // struct statx, <linux/stat.h>: links at 16, mode at 28, inode at 32, size at 40, change time at 96.
        error = 0;
        return new FileStatus(
            *(ushort*)(buffer + 28), *(uint*)(buffer + 16), *(long*)(buffer + 40), *(ulong*)(buffer + 32), (*(long*)(buffer + 96) * 1_000_000_000) + *(uint*)(buffer + 104));
    }

    private static SafeFileHandle? Taken(nint descriptor, out int error)
    {
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static byte[] Text(string text) => Text(System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Text(ReadOnlySpan<byte> bytes)
    {
        byte[] text = new byte[bytes.Length + 1];
        bytes.CopyTo(text);
        return text;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int ExtendedStatus(SafeFileHandle directory, byte* path, int flags, uint mask, byte* buffer);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MakeDirectoryAt(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameAt(SafeFileHandle oldDirectory, byte* oldPath, SafeFileHandle newDirectory, byte* newPath);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(SafeFileHandle file, uint mode);

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        internal ulong Flags;
        internal ulong Mode;
        internal ulong Resolve;
    }
}
