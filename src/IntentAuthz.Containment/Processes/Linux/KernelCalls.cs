using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>Numbers of the system calls that containment makes itself. From number 424 on they are the same on all architectures.</summary>
internal static class KernelCalls
{
    internal const int PidfdSendSignal = 424, OpenTree = 428, MoveMount = 429, FsOpen = 430, FsConfig = 431, FsMount = 432, PidfdOpen = 434,
        OpenAt2 = 437, MountSetAttributes = 442, CloseRange = 436, LandlockCreateRuleset = 444, LandlockAddRule = 445, LandlockRestrictSelf = 446;

    internal static readonly int Statx = Pick(332, 291);
    internal static readonly int Fcntl = Pick(72, 25);
    internal static readonly int Prctl = Pick(157, 167);
    internal static readonly int Seccomp = Pick(317, 277);
    internal static readonly int SetNamespace = Pick(308, 268);
    internal static readonly int Unshare = Pick(272, 97);
    internal static readonly int Capset = Pick(126, 91);
    internal static readonly int Ioctl = Pick(16, 29);
    internal static readonly int Prlimit = Pick(302, 261);
    internal static readonly int Socket = Pick(41, 198);
    internal static readonly int Bind = Pick(49, 200);
    internal static readonly int Listen = Pick(50, 201);
    internal static readonly int GetSockName = Pick(51, 204);
    internal static readonly int MakeDirectoryAt = Pick(258, 34);
    internal static readonly int MakeNodeAt = Pick(259, 33);
    internal static readonly int LinkSymbolicallyAt = Pick(266, 36);
    internal static readonly int ChangeDirectoryTo = Pick(81, 50);
    internal static readonly int PivotRoot = Pick(155, 41);
    internal static readonly int Unmount = Pick(166, 39);
    internal static readonly int ChangeDirectory = Pick(80, 49);
    internal static readonly int Clone = Pick(56, 220);
    internal static readonly int Close = Pick(3, 57);
    internal static readonly int DuplicateTo = Pick(292, 24);
    internal static readonly int Execute = Pick(59, 221);
    internal static readonly int Exit = Pick(231, 94);
    internal static readonly int MapMemory = Pick(9, 222);
    internal static readonly int OpenAt = Pick(257, 56);
    internal static readonly int ProtectMemory = Pick(10, 226);
    internal static readonly int Read = Pick(0, 63);
    internal static readonly int SetSession = Pick(112, 157);
    internal static readonly int SignalAction = Pick(13, 134);
    internal static readonly int SignalMask = Pick(14, 135);
    internal static readonly int EffectiveUser = Pick(107, 175);
    internal static readonly int EffectiveGroup = Pick(108, 177);
    internal static readonly int PollFor = Pick(271, 73);
    internal static readonly int UserMask = Pick(95, 166);
    internal static readonly int Write = Pick(1, 64);

    private static int Pick(int x64, int arm64) => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? x64 : arm64;
}
