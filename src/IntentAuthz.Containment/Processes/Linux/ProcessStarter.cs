namespace IntentAuthz.Containment;

/// <summary>
/// The starter of a host that may not make namespaces: a process in a user namespace of its own, which makes the others, and everything else that a
/// <see cref="ThreadStarter"/> does, by the same calls.
/// </summary>
/// <remarks>
/// The namespace's first process and the program are children of the host by CLONE_PARENT, so that it can wait for them. That is why the program takes
/// the filter upon itself, which refuses such a clone. It takes Landlock upon itself too: the starter shares the host's memory, and Landlock keeps the
/// program from what is not as bound as itself.
/// </remarks>
internal sealed unsafe class ProcessStarter : Starter
{
    private const int StackBytes = 256 * 1024, UnusedDescriptor = int.MaxValue - 8, CloseUnshares = 2, NoSuchProcess = 3;

    private readonly EnclosureCalls _enclosure;
    private readonly UserNamespaceProcess _process;
    private readonly CallList _holder;
    private readonly SystemCall* _wait;
    private readonly Descriptor _go;
    private readonly Descriptor _progress;
    private readonly Thread _thread;
    private readonly NativeText _programMemory = new();
    private readonly nint _one;
    private readonly nint _taken;

    private volatile CallList? _program;
    private volatile CallList? _child;
    private volatile nint _done;
    private volatile int _notMade;
    private volatile bool _isGone;
    private volatile bool _isReleased;

    /// <param name="memory">Lives until it has ended.</param>
    /// <param name="calls">What it calls.</param>
    /// <param name="holder">The namespace's first process.</param>
    /// <param name="go">Counts one up for a program, and one when nothing is left to do.</param>
    /// <param name="progress">Is set when it got on.</param>
    internal ProcessStarter(NativeText memory, EnclosureCalls calls, Spawn holder, Descriptor go, Descriptor progress)
        : base(memory)
    {
        (_enclosure, _go, _progress) = (calls, go, progress);
        (_one, _taken) = (UserNamespaceProcess.One(memory), (nint)memory.Allocate(sizeof(ulong)));
        _process = new UserNamespaceProcess(memory, progress);
        CallList list = _process.Calls;
        calls.AddNamespaces(list, Socket);

        list.Step = Step.Holder;
        SystemCall* born = list.Add(KernelCalls.Clone, UserNamespaceProcess.CloneForProgram | UserNamespaceProcess.CloneParent, 0, (nint)HolderId.At);
        _holder = new CallList(memory, _process.End) { Step = Step.Holder };
        holder.Add(_holder);
        calls.AddFiles(list);
        born->AfterZero = _holder.First;
        EnclosureCalls.AddCapabilities(list, mustHold: true);

        list.Step = Step.Ready;
        Tell(list);
        _wait = list.Try(KernelCalls.Read, go.Value, _taken, sizeof(ulong));
        list.ContinueWith(_process.End);
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "contained start" };
    }

    internal override Step At => Failure(out Step step) != 0 ? step : default;

    internal override int Error => Failure(out _);

    internal override bool IsDone => _isGone || _process.HasFailed || IsRunning;

    /// <summary>Whether the program came to run.</summary>
    private bool IsRunning => _done != 0 && Volatile.Read(ref ((SystemCall*)_done)->Result) != 0;

    internal override void Start() => _thread.Start();

    internal override void Begin(Spawn program, byte* directory)
    {
        CallList begin = new(_programMemory, _process.OnFailure) { Step = Step.Directory };
        begin.Add(KernelCalls.ChangeDirectory, (nint)directory);
        begin.Step = Step.Program;
        SystemCall* born = begin.Add(
            KernelCalls.Clone, UserNamespaceProcess.CloneForProgram | UserNamespaceProcess.CloneParent | UserNamespaceProcess.CloneFiles, 0, (nint)ProcessId.At);
        begin.Step = Step.Done;
        SystemCall* done = Tell(begin);
        Tell(begin); // whoever is woken by the first may look before its result is there

        // It stays until the program's tree is gone, as the thread of the other starter does.
        begin.Try(KernelCalls.Read, _go.Value, _taken, sizeof(ulong));
        begin.ContinueWith(_process.End);

        // As long as it shares the descriptors, the filter's listener comes to the host. Before it waits at the gate it has none but its own, so that it
        // cannot keep up what should end with the host.
        CallList child = new(_programMemory, _process.End);
        _enclosure.AddLandlock(child);
        _enclosure.AddFilter(child, Listening);
        Tell(child);
        child.Step = Step.Program;
        child.Add(KernelCalls.CloseRange, UnusedDescriptor, UnusedDescriptor, CloseUnshares);
        program.Add(child);
        born->AfterZero = child.First;

        (_program, _child, _done) = (begin, child, (nint)done);
        _wait->AfterZero = _wait->AfterMore = begin.First;
        _go.Signal(); // a system call, so it sees all of that
    }

    internal override void Release()
    {
        _isReleased = true;
        _go.Signal();
    }

    internal override void Join() => _thread.Join();

    public override void Dispose()
    {
        if (_process.HasFailed) // one that was killed may have closed a descriptor and not said so, and the number may be another's by now
        {
            _process.Calls.CloseLeft();
        }

        _process.Dispose();
        _programMemory.Dispose();
    }

    private void Run()
    {
        _notMade = _process.Run();
        _isGone = true;
        _progress.Signal();

        while (!_isReleased) // the program ends with this thread
        {
            _go.Wait();
        }
    }

    private SystemCall* Tell(CallList calls) => calls.Try(KernelCalls.Write, _progress.Value, _one, sizeof(ulong));

    private int Failure(out Step step)
    {
        step = Step.UserNamespace;
        if (_notMade is not 0 and int none)
        {
            return none;
        }

        foreach (CallList? calls in new ReadOnlySpan<CallList?>([_holder, _process.Calls, _child, _program]))
        {
            if (calls is not null && calls.Failure(out step) is not 0 and int error)
            {
                return error;
            }
        }

        // Somebody ended it.
        return _isGone && !_isReleased && !IsRunning ? NoSuchProcess : 0;
    }
}
