using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// The system calls a contained process can make, as a program for the kernel: those of <see cref="SystemCalls.Allowed"/>, some others with the
/// arguments that are harmless, EPERM for what is refused, ENOSYS for all that is unknown. Calls of another architecture end the process.
/// </summary>
/// <remarks>
/// Classic BPF: one accumulator, conditional jumps forward by at most 255. The numbers are searched by halves. When a filter is installed, the
/// kernel runs it for every number to learn which are allowed whatever their arguments: one after another cost 170 µs a start, halves 20 µs.
/// </remarks>
internal static class SeccompFilter
{
    /// <summary>The descriptor that stands for "wait for the host": no file has it, so nothing else is meant by <c>fchdir</c> to it.</summary>
    internal const int GateDescriptor = 0x6A7E_11E5;

    private const ushort LoadWord = 0x20, Jump = 0x05, JumpEqual = 0x15, JumpAtLeast = 0x35, JumpAnySet = 0x45, And = 0x54, Return = 0x06;
    private const uint Allow = 0x7fff_0000, KillProcess = 0x8000_0000, Notify = 0x7fc0_0000, Refuse = 0x0005_0000;
    private const uint NumberOffset = 0, ArchitectureOffset = 4, ArgumentsOffset = 16;
    private const uint ArchitectureX64 = 0xC000_003E, ArchitectureArm64 = 0xC000_00B7, FirstX32 = 0x4000_0000;

    /// <summary>S_ISUID and S_ISGID.</summary>
    private const uint SetIds = 0xC00;

    /// <summary>O_CREAT and O_TMPFILE, the same on both architectures.</summary>
    private const uint CreateFlags = 0x40 | 0x0040_0000;

    private const uint Unix = 1, Inet = 2, Inet6 = 10, Stream = 1, Tcp = 6;

    /// <summary>Flags of <c>clone</c> that make namespaces: mounts, cgroups, names, IPC, users, processes, network, time.</summary>
    private const uint NamespaceFlags = 0x0002_0000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x1000_0000 | 0x2000_0000 | 0x4000_0000 | 0x80;

    /// <summary>
    /// A sibling instead of a child would be the host's child. The host does not know of it and would never wait for it, and the end of the PID
    /// namespace waits until somebody has.
    /// </summary>
    private const uint CloneParent = 0x8000;

    [StructLayout(LayoutKind.Sequential)]
    internal readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    private static readonly Lazy<ImmutableArray<Instruction>>[] s_built =
        [.. Enumerable.Range(0, 4).Select(static i => new Lazy<ImmutableArray<Instruction>>(() => Build((i & 1) != 0, (i & 2) != 0)))];

    /// <summary>The program.</summary>
    /// <param name="internet">Whether TCP sockets can be made, which only the process's own network namespace makes harmless.</param>
    /// <param name="sharedByKey">Whether System V and POSIX objects can be used, which only an IPC namespace makes harmless.</param>
    internal static ImmutableArray<Instruction> For(bool internet, bool sharedByKey) => s_built[(internet ? 1 : 0) | (sharedByKey ? 2 : 0)].Value;

    private static ImmutableArray<Instruction> Build(bool internet, bool sharedByKey)
    {
        bool isX64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;
        List<Instruction> program =
        [
            new(LoadWord, 0, 0, ArchitectureOffset),
            new(JumpEqual, 1, 0, isX64 ? ArchitectureX64 : ArchitectureArm64),
            new(Return, 0, 0, KillProcess),
            new(LoadWord, 0, 0, NumberOffset),
        ];
        if (isX64)
        {
            program.AddRange([new(JumpAtLeast, 0, 1, FirstX32), new(Return, 0, 0, KillProcess)]);
        }

        // What is met first holds.
        SortedDictionary<int, Instruction[]> answers = [];
        Add(answers, SystemCalls.Allowed, Allow);
        Add(answers, SystemCalls.SharedByKey, sharedByKey ? Allow : Refuse | Libc.EPERM);
        AddChecked(answers, internet);
        Add(answers, SystemCalls.Denied, Refuse | Libc.EPERM);
        Search(program, Ranges(answers));
        return [.. program];
    }

    private static void Add(SortedDictionary<int, Instruction[]> answers, ReadOnlySpan<SystemCalls.Number> calls, uint result)
    {
        Instruction[] answer = [new(Return, 0, 0, result)];
        foreach (SystemCalls.Number call in calls)
        {
            _ = call.Here >= 0 && answers.TryAdd(call.Here, answer);
        }
    }

    /// <summary>The answers as ranges of numbers without gaps, each with its first number; what is in between is unknown.</summary>
    private static List<(int First, Instruction[] Answer)> Ranges(SortedDictionary<int, Instruction[]> answers)
    {
        Instruction[] unknown = [new(Return, 0, 0, Refuse | Libc.ENOSYS)];
        List<(int First, Instruction[] Answer)> ranges = [(0, unknown)];
        int next = 0;
        foreach ((int number, Instruction[] answer) in answers)
        {
            Begin(next, number == next ? answer : unknown);
            Begin(number, answer);
            next = number + 1;
        }

        Begin(next, unknown);
        return ranges;

        void Begin(int first, Instruction[] answer)
        {
            if (ranges[^1].First == first)
            {
                ranges[^1] = (first, answer);
            }
            else if (!ranges[^1].Answer.SequenceEqual(answer))
            {
                ranges.Add((first, answer));
            }
        }
    }

    /// <summary>The lower half, over which a jump leads to the upper one.</summary>
    private static void Search(List<Instruction> program, List<(int First, Instruction[] Answer)> ranges)
    {
        if (ranges.Count == 1)
        {
            program.AddRange(ranges[0].Answer);
            return;
        }

        int middle = ranges.Count / 2;
        List<Instruction> lower = [];
        Search(lower, ranges[..middle]);
        program.AddRange([new(JumpAtLeast, 0, 1, (uint)ranges[middle].First), new(Jump, 0, 0, (uint)lower.Count), .. lower]);
        Search(program, ranges[middle..]);
    }

    /// <summary>Calls whose arguments decide.</summary>
    private static void AddChecked(SortedDictionary<int, Instruction[]> answers, bool internet)
    {
        // The gate: see GateDescriptor.
        Rule(answers, SystemCalls.Fchdir, [Argument(0), new(JumpEqual, 0, 1, GateDescriptor), new(Return, 0, 0, Notify), new(Return, 0, 0, Allow)]);

        // A pair of sockets is connected to itself; a socket could be connected to anything that listens, by a path that no other layer sees.
        Rule(answers, SystemCalls.SocketPair, OnlyIf(0, Unix));
        Rule(answers, SystemCalls.Socket, internet
            ?
            [
                Argument(0),
                new(JumpEqual, 1, 0, Inet),
                new(JumpEqual, 0, 5, Inet6),
                Argument(1),
                new(And, 0, 0, 0xF),
                new(JumpEqual, 0, 2, Stream),
                Argument(2), // not MPTCP, SCTP and what else comes in streams
                new(JumpEqual, 2, 1, 0),
                new(Return, 0, 0, Refuse | Libc.EACCES),
                new(JumpEqual, 0, 1, Tcp),
                new(Return, 0, 0, Allow),
                new(Return, 0, 0, Refuse | Libc.EACCES),
            ]
            : [new(Return, 0, 0, Refuse | Libc.EACCES)]);

        Rule(answers, SystemCalls.Clone, [Argument(0), new(JumpAnySet, 0, 1, NamespaceFlags | CloneParent), new(Return, 0, 0, Refuse | Libc.EPERM), new(Return, 0, 0, Allow)]);

        // Typing into a terminal (TIOCSTI, TIOCLINUX) and line disciplines (TIOCSETD).
        Rule(answers, SystemCalls.Ioctl,
        [
            Argument(1),
            new(JumpEqual, 2, 0, 0x5412),
            new(JumpEqual, 1, 0, 0x541C),
            new(JumpEqual, 0, 1, 0x5423),
            new(Return, 0, 0, Refuse | Libc.EPERM),
            new(Return, 0, 0, Allow),
        ]);

        // Asking for the personality, or setting the plain one.
        Rule(answers, SystemCalls.Personality,
            [Argument(0), new(JumpEqual, 1, 0, 0), new(JumpEqual, 0, 1, 0xFFFF_FFFF), new(Return, 0, 0, Allow), new(Return, 0, 0, Refuse | Libc.EPERM)]);

        // A file in memory is on no path: it could be executed whatever Landlock says, unless it is sealed against that (MFD_NOEXEC_SEAL).
        Rule(answers, SystemCalls.MemfdCreate, [Argument(1), new(JumpAnySet, 0, 1, 8), new(Return, 0, 0, Allow), new(Return, 0, 0, Refuse | Libc.EPERM)]);

        // Executing a descriptor; ENOSYS lets the C library go by the path in /proc/self/fd, where Landlock decides.
        Rule(answers, SystemCalls.ExecveAt, [Argument(4), new(JumpAnySet, 0, 1, Libc.AT_EMPTY_PATH), new(Return, 0, 0, Refuse | Libc.EPERM), new(Return, 0, 0, Allow)]);

        // A file that makes its user of whoever executes it gives nothing in here, but it lies in the workspace when the process is gone. openat2 has its
        // mode in memory, where a filter cannot look: it is unknown, and programs that know it do without.
        Rule(answers, SystemCalls.Chmod, NoSetId(1));
        Rule(answers, SystemCalls.Fchmod, NoSetId(1));
        Rule(answers, SystemCalls.FchmodAt, NoSetId(2));
        Rule(answers, SystemCalls.FchmodAt2, NoSetId(2));
        Rule(answers, SystemCalls.Creat, NoSetId(1));
        Rule(answers, SystemCalls.Open, Created(1, 2));
        Rule(answers, SystemCalls.OpenAt, Created(2, 3));

        // Plain files and named pipes, no devices and no sockets.
        Rule(answers, SystemCalls.Mknod, Node(1));
        Rule(answers, SystemCalls.MknodAt, Node(2));

        // Renaming that leaves a whiteout makes a device node.
        Rule(answers, SystemCalls.RenameAt2, [Argument(4), new(JumpAnySet, 0, 1, 4), new(Return, 0, 0, Refuse | Libc.EPERM), new(Return, 0, 0, Allow)]);

        // One's own limits only.
        Rule(answers, SystemCalls.Prlimit, OnlyIf(0, 0));
    }

    private static Instruction Argument(int index) => new(LoadWord, 0, 0, ArgumentsOffset + (uint)(8 * index)); // the low half: both architectures are little-endian

    private static Instruction[] OnlyIf(int argument, uint value) =>
        [Argument(argument), new(JumpEqual, 0, 1, value), new(Return, 0, 0, Allow), new(Return, 0, 0, Refuse | Libc.EPERM)];

    private static Instruction[] NoSetId(int mode) =>
        [Argument(mode), new(JumpAnySet, 0, 1, SetIds), new(Return, 0, 0, Refuse | Libc.EPERM), new(Return, 0, 0, Allow)];

    /// <summary>The mode counts where a file is made; where none is, it can be anything.</summary>
    private static Instruction[] Created(int flags, int mode) => [Argument(flags), new(JumpAnySet, 0, 3, CreateFlags), .. NoSetId(mode)];

    private static Instruction[] Node(int argument) =>
    [
        Argument(argument),
        new(JumpAnySet, 5, 0, SetIds),
        new(And, 0, 0, 0xF000),
        new(JumpEqual, 2, 0, 0),
        new(JumpEqual, 1, 0, 0x8000),
        new(JumpEqual, 0, 1, 0x1000),
        new(Return, 0, 0, Allow),
        new(Return, 0, 0, Refuse | Libc.EPERM),
    ];

    /// <summary>A rule ends with a return on every way.</summary>
    private static void Rule(SortedDictionary<int, Instruction[]> answers, SystemCalls.Number call, Instruction[] rule)
    {
        if (call.Here >= 0)
        {
            answers.TryAdd(call.Here, rule);
        }
    }
}
