using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>The starter of a host that may make namespaces: a thread that gives up its rights. The host's other threads keep theirs.</summary>
/// <remarks>
/// Everything it needs is made ready before. From the first right given up on it opens nothing of the runtime's, allocates nothing, throws
/// nothing and wakes no other thread but by a descriptor: the runtime might have to load a file or make a thread for that, which it no longer
/// can. Errors are numbers; the supervisor makes words of them.
/// </remarks>
internal sealed unsafe class ThreadStarter : Starter
{
    private const int StackBytes = 256 * 1024, SetNoNewPrivileges = 38;

    private readonly CallList _namespaces;
    private readonly CallList _rights;
    private readonly Spawn _holder;
    private readonly Descriptor _go;
    private readonly Descriptor _progress;
    private readonly Thread _thread;

    private volatile Step _at;
    private volatile int _error;
    private volatile bool _isDone;
    private volatile bool _isReleased;
    private Spawn? _program;
    private nint _directory;

    /// <param name="memory">Lives until it has ended.</param>
    /// <param name="calls">What it calls.</param>
    /// <param name="holder">The namespace's first process.</param>
    /// <param name="go">Counts one up for a program, and one when nothing is left to do.</param>
    /// <param name="progress">Is set when it got on.</param>
    internal ThreadStarter(NativeText memory, EnclosureCalls calls, Spawn holder, Descriptor go, Descriptor progress)
        : base(memory)
    {
        (_holder, _go, _progress) = (holder, go, progress);
        _namespaces = new CallList(memory) { Step = Step.NoNewPrivileges };
        _namespaces.Add(KernelCalls.Prctl, SetNoNewPrivileges, 1);
        calls.AddNamespaces(_namespaces, Socket);
        _rights = new CallList(memory);
        calls.AddFiles(_rights);
        EnclosureCalls.AddCapabilities(_rights, mustHold: false);
        calls.AddLandlock(_rights);
        calls.AddFilter(_rights, Listening);
        _thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "contained start" };
    }

    internal override Step At => _at;

    internal override int Error => _error;

    internal override bool IsDone => _isDone;

    internal override void Start() => _thread.Start();

    internal override void Begin(Spawn program, byte* directory)
    {
        (_directory, _program) = ((nint)directory, program);
        _go.Signal(); // a system call, so it sees both
    }

    internal override void Release()
    {
        _isReleased = true;
        _go.Signal();
    }

    internal override void Join() => _thread.Join();

    public override void Dispose()
    {
    }

    private void Run()
    {
        int error = Steps();
        if (error == 0)
        {
            _at = Step.Ready;
            _progress.Signal();
            _go.Wait();
            error = _isReleased ? 0 : Program();
        }

        _error = error;
        _isDone = true;
        _progress.Signal();

        // It stays until the program's tree is gone: as the last in the mount namespace, the program would have to take it down before its end is told.
        while (!_isReleased)
        {
            _go.Wait();
        }
    }

    private int Steps()
    {
        int error = _namespaces.Run(out Step step);
        if (error == 0)
        {
            // Before the mount namespace: it has nothing to do with the files, and must find its program.
            step = Step.Holder;
            error = _holder.Run(out int holder);
            HolderId.Set(holder);
        }

        error = error != 0 ? error : _rights.Run(out step);
        _at = step;
        return error;
    }

    private int Program()
    {
        _at = Step.Directory;
        if (Libc.ChangeDirectory((byte*)_directory) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        _at = Step.Program;
        int error = _program!.Run(out int process);
        ProcessId.Set(process);
        _at = error == 0 ? Step.Done : _at;
        return error;
    }
}
