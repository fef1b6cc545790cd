using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Rulesets of Landlock. Everything this kernel's version can restrict is restricted, and granted only where the bounds do.</summary>
internal static unsafe class Landlock
{
    private const ulong Execute = 1 << 0, WriteFile = 1 << 1, ReadFile = 1 << 2, ReadDirectory = 1 << 3, RemoveDirectory = 1 << 4, RemoveFile = 1 << 5,
        MakeDirectory = 1 << 7, MakeRegular = 1 << 8, MakeFifo = 1 << 10, MakeSymbolicLink = 1 << 12, Refer = 1 << 13, Truncate = 1 << 14;

    private const ulong OfFiles = Execute | WriteFile | ReadFile | Truncate;
    private const ulong BindTcp = 1, ConnectTcp = 2;
    private const int PathRule = 1, PortRule = 2, AskVersion = 1;

    /// <summary>The version of the kernel's Landlock; 0 where there is none.</summary>
    internal static int Version()
    {
        nint version = Libc.Call(KernelCalls.LandlockCreateRuleset, 0, 0, AskVersion);
        return version < 0 ? 0 : (int)version;
    }

    /// <summary>What a version covers, and what it leaves to other layers.</summary>
    internal static string Covers(int version) => version switch
    {
        <= 0 => "not in this kernel, or not switched on. Linux 5.13 or later with 'landlock' among its security modules (lsm=) has it.",
        1 or 2 => $"version {version}, which does not cover truncating files. Linux 6.2 or later does.",
        3 => "version 3: files. Not TCP ports, ioctl of devices, abstract sockets, signals.",
        4 => "version 4: files, TCP ports. Not ioctl of devices, abstract sockets, signals.",
        5 => "version 5: files with ioctl of devices, TCP ports. Not abstract sockets, signals.",
        _ => $"version {version}: files with ioctl of devices, TCP ports, abstract sockets, signals.",
    };

    /// <summary>A ruleset that grants what the bounds do and handles all else.</summary>
    /// <param name="version">The kernel's version, 3 or later.</param>
    /// <param name="grants">The files.</param>
    /// <exception cref="IOException">The kernel refused it.</exception>
    internal static Descriptor Ruleset(int version, Grants grants)
    {
        ulong* handled = stackalloc ulong[3];
        handled[0] = version >= 5 ? 0xFFFFUL : version >= 3 ? 0x7FFFUL : throw new ArgumentOutOfRangeException(nameof(version));
        handled[1] = version >= 4 ? BindTcp | ConnectTcp : 0;
        handled[2] = version >= 6 ? 3UL : 0;
        nint size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        nint ruleset = Libc.Call(KernelCalls.LandlockCreateRuleset, (nint)handled, size, 0);
        if (ruleset < 0)
        {
            throw new IOException($"The kernel made no Landlock ruleset ({Libc.Reason(Marshal.GetLastPInvokeError())}).");
        }

        Descriptor made = new((int)ruleset);
        foreach (Grants.Grant grant in grants.All)
        {
            ulong rights = ReadFile | ReadDirectory;
            rights |= grant.Writes ? WriteFile | Truncate | RemoveDirectory | RemoveFile | MakeDirectory | MakeRegular | MakeFifo | MakeSymbolicLink | Refer : 0;
            rights |= grant.Executes ? Execute : 0;
            AddPath(made, grant.File.Value, grant.File.IsDirectory ? rights : rights & OfFiles);
        }

        return made;
    }

    /// <summary>
    /// Memory for a rule that lets what is behind a descriptor be read. The kernel finds the descriptor in the rule itself, so it is to be put into the
    /// cell that is returned.
    /// </summary>
    internal static (CallList.Cell Descriptor, nint Rule) ReadableRule(NativeText memory)
    {
        byte* rule = memory.Allocate(16);
        *(ulong*)rule = ReadFile | ReadDirectory;
        return (new CallList.Cell((nint*)(rule + 8)), (nint)rule);
    }

    /// <summary>Adds the call that takes such a rule.</summary>
    internal static void AddReadable(CallList calls, int ruleset, nint rule) => calls.Add(KernelCalls.LandlockAddRule, ruleset, PathRule, rule, 0);

    /// <summary>Lets one port be connected to. The result is an error or 0.</summary>
    internal static int AddPort(int ruleset, int port)
    {
        ulong* rule = stackalloc ulong[2];
        (rule[0], rule[1]) = (ConnectTcp, (ulong)port);
        return Libc.Call(KernelCalls.LandlockAddRule, ruleset, PortRule, (nint)rule, 0) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private static void AddPath(Descriptor ruleset, int path, ulong rights)
    {
        byte* rule = stackalloc byte[12]; // packed
        *(ulong*)rule = rights;
        *(int*)(rule + 8) = path;
        if (Libc.Call(KernelCalls.LandlockAddRule, ruleset.Value, PathRule, (nint)rule, 0) < 0)
        {
            int error = Marshal.GetLastPInvokeError();
            ruleset.Dispose();
            throw new IOException($"The kernel took no Landlock rule for a granted path ({Libc.Reason(error)}).");
        }
    }
}
