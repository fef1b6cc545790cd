using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary>
/// A process in a user namespace of its own, in which it has every capability and the host's user is mapped to itself. It is how a host that is not
/// root makes the other namespaces: a thread of a process with several cannot enter one.
/// </summary>
/// <remarks>
/// It shares the host's memory and descriptors as a thread does, and makes the calls of a list by <see cref="CallRunner"/>; managed code never runs
/// in it. The thread that makes it waits until it has ended, and it ends when that thread does, so at the latest with the host. It does not wait by
/// CLONE_VFORK: it could not be stopped then, for a dump of the host, and would count as load.
/// </remarks>
internal sealed unsafe class UserNamespaceProcess : IDisposable
{
    /// <summary>Flags of <c>clone</c>: the memory is shared, the maker waits for the child's program, its id is told before it runs, SIGCHLD at the end.</summary>
    internal const int CloneForProgram = CloneInMemory | 0x4000;

    /// <summary>The child is the host's, not its maker's.</summary>
    internal const int CloneParent = 0x8000;

    internal const int CloneFiles = 0x400;

    private const int CloneInMemory = 0x100 | 0x0010_0000 | 17;
    private const int NewUser = 0x1000_0000, SetMask = 2, MaskBytes = 8;
    private const int SetParentDeathSignal = 1, SetNoNewPrivileges = 38, WriteOnly = 1;

    private readonly CallList _begin;
    private readonly SystemCall* _clone;
    private readonly SystemCall* _told;
    private readonly Descriptor _host;
    private readonly CallList.Cell _process;

    /// <param name="memory">Lives until it has ended.</param>
    /// <param name="tell">Is set when a call failed; null for nobody.</param>
    internal UserNamespaceProcess(NativeText memory, Descriptor? tell)
    {
        _host = new Descriptor((int)Libc.Call(KernelCalls.PidfdOpen, Environment.ProcessId, 0));
        CallList failure = new(memory);
        if (tell is not null)
        {
            _told = failure.Try(KernelCalls.Write, tell.Value, One(memory), sizeof(ulong));
            failure.Try(KernelCalls.Write, tell.Value, One(memory), sizeof(ulong)); // whoever is woken by the first may look before its result is there
        }

        End = failure.Try(KernelCalls.Exit, 1);
        End->AfterError = End->AfterZero = End->AfterMore = End;
        OnFailure = failure.First;

        Calls = new CallList(memory, OnFailure) { Step = Starter.Step.UserNamespace };
        Calls.Add(KernelCalls.Prctl, SetParentDeathSignal, Libc.SIGKILL);

        // The host may have died before that; its descriptor can be read then.
        Libc.PollDescriptor* died = (Libc.PollDescriptor*)memory.Allocate(sizeof(Libc.PollDescriptor));
        (died->Descriptor, died->Events) = (_host.Value, Libc.POLLIN);
        SystemCall* poll = Calls.Add(KernelCalls.PollFor, (nint)died, 1, (nint)memory.Allocate(16), 0, MaskBytes);
        Calls.Add(KernelCalls.Prctl, SetNoNewPrivileges, 1);
        poll->AfterMore = End;
        Map(memory, "setgroups", "deny");
        Map(memory, "uid_map", Same(KernelCalls.EffectiveUser));
        Map(memory, "gid_map", Same(KernelCalls.EffectiveGroup));

        // No handler of the runtime may run in it.
        nint all = (nint)memory.Allocate(MaskBytes), before = (nint)memory.Allocate(MaskBytes);
        new Span<byte>((void*)all, MaskBytes).Fill(0xFF);
        _process = new CallList.Cell((nint*)memory.Allocate(sizeof(nint)));
        _begin = new CallList(memory);
        _begin.Add(KernelCalls.SignalMask, SetMask, all, before, MaskBytes);
        _clone = _begin.Try(KernelCalls.Clone, CloneInMemory | CloneFiles | NewUser, 0, (nint)_process.At);
        _begin.Try(KernelCalls.SignalMask, SetMask, before, 0, MaskBytes);
        _clone->AfterZero = Calls.First;
    }

    /// <summary>What it calls. It has to end with <see cref="End"/>.</summary>
    internal CallList Calls { get; }

    /// <summary>Ends the process that calls it.</summary>
    internal SystemCall* End { get; }

    /// <summary>What is called after an error: it is told, and ends.</summary>
    internal SystemCall* OnFailure { get; }

    /// <summary>Whether an error was told.</summary>
    internal bool HasFailed => _told != null && Volatile.Read(ref _told->Result) != 0;

    /// <summary>A word of memory that is one, for event descriptors.</summary>
    internal static nint One(NativeText memory)
    {
        ulong* one = (ulong*)memory.Allocate(sizeof(ulong));
        *one = 1;
        return (nint)one;
    }

    /// <summary>Makes it, and waits until it has ended. Makes no managed object.</summary>
    /// <returns>The error with which none could be made, or 0.</returns>
    internal int Run()
    {
        CallRunner.Run(_begin.First);
        if (_clone->Result < 0)
        {
            return (int)-_clone->Result;
        }

        Children.Wait((int)_process.Value);
        return 0;
    }

    public void Dispose() => _host.Dispose();

    private static string Same(int call)
    {
        string id = ((uint)Libc.Call(call)).ToString(CultureInfo.InvariantCulture);
        return $"{id} {id} 1";
    }

    private void Map(NativeText memory, string file, string text)
    {
        CallList.Cell opened = Calls.Open(KernelCalls.OpenAt, Libc.AT_FDCWD, (nint)memory.Add("/proc/thread-self/" + file), WriteOnly | Libc.O_CLOEXEC);
        Calls.Add(KernelCalls.Write, opened, (nint)memory.Add(text), text.Length);
        Calls.Close(opened);
    }
}
