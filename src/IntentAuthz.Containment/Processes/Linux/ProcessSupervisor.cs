using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// The thread that stands beside one contained process: it lets it through the gate, reads its output, watches its limits, and ends its tree. One
/// thread for each, so that no process can hold up another's limits.
/// </summary>
internal sealed unsafe class ProcessSupervisor : IDisposable
{
    private const int StackBytes = 256 * 1024;
    private const int WaitForProcess = 1, WaitForDescriptor = 3, Exited = 4, ByExit = 1;

    private readonly ProcessPlan _plan;
    private readonly Starter _starter;
    private readonly TimeProvider _time;
    private readonly OutputBuffer _output;
    private readonly TaskCompletionSource<ContainedProcessStart> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProcessOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Descriptor _control = Descriptor.Event();
    private readonly Lock _controlLock = new(); // so that nobody signals a descriptor that was closed
    private readonly ContainedProcess _process;

    private volatile bool _killRequested;
    private volatile bool _wallTimeOver;
    private IAsyncDisposable? _egress;
    private Exception? _fault;
    private bool _isGateClosed;
    private bool _isWorkspaceOver;
    private int _written;

    internal ProcessSupervisor(ProcessPlan plan, TimeProvider time)
    {
        _plan = plan;
        _time = time;
        _output = new OutputBuffer(plan.Bounds.Limits.OutputBytes ?? ProcessStart.DefaultOutputBytes, plan.Start.OutputReceived);
        _starter = new Starter(plan.Layout);
        _process = new ContainedProcess(this);
    }

    internal Task<ContainedProcessStart> Started => _started.Task;

    internal Task<ProcessOutcome> Ended => _ended.Task;

    internal int Process => _starter.Process;

    internal void Start() => new Thread(Run, StackBytes) { IsBackground = true, Name = "contained process" }.Start();

    internal void Kill()
    {
        _killRequested = true;
        Wake();
    }

    public void Dispose()
    {
        lock (_controlLock)
        {
            _control.Dispose();
        }
    }

    private void Wake()
    {
        lock (_controlLock)
        {
            if (!_control.IsClosed)
            {
                _control.Signal();
            }
        }
    }

    private void Run()
    {
        try
        {
            long begun = _time.GetTimestamp();
            PassGate();
            if (_starter.Error != 0 || _fault is not null)
            {
                EndTree();
                _started.TrySetResult(ContainedProcessStart.Refused(_fault is null ? StartFailure.Words(_starter.At, _starter.Error, _plan) : $"The start was ended ({_fault.GetType().Name}: {_fault.Message})."));
                _ended.TrySetResult(new ProcessOutcome { WasKilled = true, Signal = Libc.SIGKILL });
                return;
            }

            ProcessOutcome outcome = Watch(begun);
            FinishEgress();
            _plan.Dispose();
            _ended.TrySetResult(outcome);
        }
        catch (Exception e)
        {
            EndTree();
            _started.TrySetResult(ContainedProcessStart.Refused($"The start failed ({e.GetType().Name}: {e.Message})."));
            _ended.TrySetException(e);
        }
        finally
        {
            _plan.Dispose();
            Dispose();
        }
    }

    /// <summary>Lets the starter work, and the child through the gate when its limits are set.</summary>
    private void PassGate()
    {
        _starter.Start();
        Libc.PollDescriptor* waits = stackalloc Libc.PollDescriptor[3];
        while (!_starter.IsDone)
        {
            waits[0] = new() { Descriptor = _plan.Progress.Value, Events = Libc.POLLIN };
            waits[1] = new() { Descriptor = _control.Value, Events = Libc.POLLIN };
            waits[2] = new() { Descriptor = _isGateClosed ? -1 : _starter.Listener, Events = Libc.POLLIN };
            if (Libc.Poll(waits, 3, -1) < 0)
            {
                continue; // interrupted
            }

            if (waits[0].Returned != 0)
            {
                _plan.Progress.Clear();
            }

            if (waits[1].Returned != 0)
            {
                _control.Clear();
                KillHolder();
            }

            if ((waits[2].Returned & Libc.POLLIN) != 0 && Gate.Await(_starter.Listener, out ulong id) is > 0 and int child)
            {
                _isGateClosed = true;
                Gate.Open(_starter.Listener, id, MayGoOn(child));
            }
            else if (waits[2].Returned != 0)
            {
                _isGateClosed = true; // the child is gone
            }
        }

        _starter.Join();
        if (_starter.Listener >= 0)
        {
            _ = Libc.Close(_starter.Listener);
        }

        _plan.CloseChildEnds();
    }

    private bool MayGoOn(int child)
    {
        try
        {
            if (_starter.ListeningSocket >= 0)
            {
                Socket socket = new(new SafeSocketHandle(_starter.ListeningSocket, ownsHandle: true));
                _starter.ListeningSocket = -1;
                _egress = _plan.Start.Egress!.Serve(socket);
            }

            if (_plan.Group is { } group && !group.TryAdd(child))
            {
                throw new IOException("The process could not be put into its control group.");
            }

            if (!Gate.TryLimit(child, _plan.Bounds.Limits))
            {
                throw new IOException("The limits of the process could not be set.");
            }

            return !_killRequested;
        }
        catch (Exception e)
        {
            _fault = e;
            return false;
        }
    }

    private ProcessOutcome Watch(long begun)
    {
        int process = _starter.Process;
        using Descriptor alive = new((int)Libc.Call(KernelCalls.PidfdOpen, process, 0));
        using ITimer? timer = _plan.Bounds.Limits.WallTime is { } wall
            ? _time.CreateTimer(static s => ((ProcessSupervisor)s!).EndWallTime(), this, Left(wall, begun), Timeout.InfiniteTimeSpan)
            : null;
        if (alive.Value < 0)
        {
            throw new IOException("The process cannot be watched (pidfd_open); Linux 5.3 or later is needed.");
        }

        _started.TrySetResult(ContainedProcessStart.Started(_process)); // now that its limits run
        WorkspaceWatch? workspace = WorkspaceWatch.IsNeeded(_plan.Bounds.Limits) ? new WorkspaceWatch(_plan.Bounds.Writes ?? [], _plan.Bounds.Limits) : null;
        long looked = Environment.TickCount64;
        bool isKilled = false;
        Libc.PollDescriptor* waits = stackalloc Libc.PollDescriptor[5];
        while (true)
        {
            waits[0] = new() { Descriptor = _control.Value, Events = Libc.POLLIN };
            waits[1] = new() { Descriptor = alive.Value, Events = Libc.POLLIN };
            waits[2] = new() { Descriptor = _plan.Output.Value, Events = Libc.POLLIN };
            waits[3] = new() { Descriptor = _plan.Error.Value, Events = Libc.POLLIN };
            waits[4] = new() { Descriptor = _plan.Input?.Value ?? -1, Events = Libc.POLLOUT };
            if (Libc.Poll(waits, 5, workspace is null ? -1 : WorkspaceWatch.Milliseconds) < 0)
            {
                continue; // interrupted
            }

            if (waits[0].Returned != 0)
            {
                _control.Clear();
            }

            if (waits[1].Returned != 0)
            {
                break;
            }

            if (workspace is not null && !_isWorkspaceOver && Environment.TickCount64 - looked >= WorkspaceWatch.Milliseconds)
            {
                _isWorkspaceOver = workspace.IsOver();
                looked = Environment.TickCount64;
            }

            _plan.Drain(isError: false, waits[2].Returned, _output);
            _plan.Drain(isError: true, waits[3].Returned, _output);
            if (!isKilled && (_isWorkspaceOver || _killRequested || _wallTimeOver || _output.IsOver))
            {
                isKilled = true;
                KillHolder();
                _ = Libc.Kill(process, Libc.SIGKILL); // ours and not yet waited for, so the number is nobody else's
            }

            if (waits[4].Returned != 0)
            {
                Feed();
            }
        }

        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        while (Libc.WaitId(WaitForDescriptor, alive.Value, info, Exited) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
        {
        }

        (int how, int status) = (*(int*)(info + 8), *(int*)(info + 24));
        EndTree();
        _plan.DrainAll(_output);
        if (_output.Fault is { } fault)
        {
            throw fault;
        }

        int? exit = how == ByExit ? status : null;
        int? signal = how == ByExit ? null : status;
        return new ProcessOutcome
        {
            ExitCode = exit,
            Signal = signal,
            WasKilled = isKilled,
            LimitReached = Reached(exit, signal),
            Output = _output.Output,
            Error = _output.Error,
            Duration = _time.GetElapsedTime(begun),
        };
    }

    private ProcessLimit? Reached(int? exit, int? signal)
    {
        ContainmentLimits limits = _plan.Bounds.Limits;
        int? ended = signal ?? (exit > 128 ? exit - 128 : null); // a shell tells of its program's signal so
        return _output.IsOver ? ProcessLimit.Output
            : _isWorkspaceOver ? ProcessLimit.Workspace
            : _wallTimeOver ? ProcessLimit.WallTime
            : _plan.Group is { RanIntoMemory: true } ? ProcessLimit.Memory
            : limits.CpuTime is not null && ended == Libc.SIGXCPU ? ProcessLimit.CpuTime
            : limits.FileBytes is not null && ended == Libc.SIGXFSZ ? ProcessLimit.FileSize
            : _plan.Group is { RanIntoProcesses: true } ? ProcessLimit.Processes
            : null;
    }

    private void EndWallTime()
    {
        _wallTimeOver = true;
        Wake();
    }

    private TimeSpan Left(TimeSpan wall, long begun)
    {
        TimeSpan left = wall - _time.GetElapsedTime(begun);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <summary>Gives it more of its input, as much as the pipe takes.</summary>
    private void Feed()
    {
        ReadOnlySpan<byte> left = _plan.Start.StandardInput.Span[_written..];
        fixed (byte* bytes = left)
        {
            nint taken = left.IsEmpty ? 0 : Libc.Write(_plan.Input!.Value, bytes, left.Length);
            _written += (int)Math.Max(0, taken);
            if (taken < 0 || _written == _plan.Start.StandardInput.Length)
            {
                _plan.CloseInput(); // all was given, or it closed its end
            }
        }
    }

    private void KillHolder()
    {
        if (_starter.HolderProcess > 0)
        {
            _ = Libc.Kill(_starter.HolderProcess, Libc.SIGKILL);
        }
    }

    /// <summary>Ends all that is left in the PID namespace. When its first process has been waited for, nothing is.</summary>
    private void EndTree()
    {
        int holder = _starter.HolderProcess;
        if (holder <= 0)
        {
            return;
        }

        KillHolder();
        byte* info = stackalloc byte[128];
        while (Libc.WaitId(WaitForProcess, holder, info, Exited) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
        {
        }

        _starter.HolderProcess = 0;
    }

    private void FinishEgress()
    {
        if (_starter.ListeningSocket >= 0)
        {
            _ = Libc.Close(_starter.ListeningSocket);
            _starter.ListeningSocket = -1;
        }

        if (Interlocked.Exchange(ref _egress, null) is { } egress)
        {
            // A thread of our own with nothing else to do, so waiting on it holds nobody up.
            Debug.Assert(!Thread.CurrentThread.IsThreadPoolThread, "The supervisor is a thread of its own.");
            egress.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
