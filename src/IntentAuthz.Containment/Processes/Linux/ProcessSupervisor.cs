using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>
/// The thread that stands beside one containment and the one program that is started in it: it lets the program through the gate, reads its output,
/// watches its limits, and ends its tree. One thread for each, so that no process can hold up another's limits.
/// </summary>
#pragma warning disable CA1001 // its own thread disposes of what it has when it ends
internal sealed class ProcessSupervisor
#pragma warning restore CA1001
{
    private const int StackBytes = 256 * 1024;
    private const int WaitForDescriptor = 3, Exited = 4, ByExit = 1;

    private readonly EnclosurePlan _ground;
    private readonly Starter _starter;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<ContainedProcessStart> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<ProcessOutcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Descriptor _control = Descriptor.Event();
    private readonly Lock _controlLock = new(); // so that nobody signals a descriptor that was closed, and no program comes when all is over
    private readonly ContainedProcess _process;

    private volatile bool _killRequested;
    private volatile bool _wallTimeOver;
    private volatile ProcessPlan? _plan;
    private OutputBuffer _output = null!; // set before the plan
    private long _begun;
    private IAsyncDisposable? _egress;
    private Exception? _fault;
    private bool _isOver;
    private bool _isGateClosed;
    private bool _isWaitedFor;
    private bool _isWorkspaceOver;
    private int _written;

    internal ProcessSupervisor(EnclosurePlan ground, TimeProvider time)
    {
        _ground = ground;
        _time = time;
        _starter = ground.Starter;
        _process = new ContainedProcess(this);
    }

    internal Task<ContainedProcessStart> Started => _started.Task;

    internal Task<ProcessOutcome> Ended => _ended.Task;

    internal int Process => _starter.Process;

    internal int Holder => _starter.HolderProcess;

    /// <summary>Makes the containment ready for a program, in the background.</summary>
    internal void Prepare() => new Thread(Run, StackBytes) { IsBackground = true, Name = "contained process" }.Start();

    /// <summary>Whether a program can be given to it, as far as is known now: <see cref="Started"/> tells for certain.</summary>
    internal bool IsOpen => _plan is null && !_killRequested && _starter.Error == 0;

    /// <summary>Gives it the program, as soon as it is ready or at once. Once.</summary>
    internal unsafe void Begin(ProcessPlan plan)
    {
        lock (_controlLock)
        {
            if (_isOver)
            {
                plan.Dispose(); // making it ready failed, which Started tells
                return;
            }

            _begun = _time.GetTimestamp();
            _output = new OutputBuffer(_ground.Bounds.Limits.OutputBytes ?? ProcessStart.DefaultOutputBytes, plan.Start.OutputReceived);
            _plan = plan;
            _starter.Begin(plan.Program, plan.Directory);
        }
    }

    /// <summary>Ends the program, or gives up a containment that had none yet.</summary>
    internal void Kill()
    {
        _killRequested = true;
        Wake();
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
            PassGate();
            if (_starter.Process == 0 || _starter.Error != 0 || _fault is not null)
            {
                EndTree();
                _started.TrySetResult(ContainedProcessStart.Refused(
                    _fault is not null ? $"The start was ended ({_fault.GetType().Name}: {_fault.Message})."
                    : _starter.Error != 0 ? StartFailure.Words(_starter.At, _starter.Error, _plan?.Start)
                    : "The start was ended before the program was given."));
                Finish(new ProcessOutcome { WasKilled = true, Signal = Libc.SIGKILL });
                return;
            }

            Finish(Watch(_plan!, _begun));
        }
        catch (Exception e)
        {
            EndTree();
            _started.TrySetResult(ContainedProcessStart.Refused($"The start failed ({e.GetType().Name}: {e.Message})."));
            _ended.TrySetException(e);
        }
        finally
        {
            CleanUp();
        }
    }

    /// <summary>Tells the outcome when the proxy has closed what it had open.</summary>
    private void Finish(ProcessOutcome outcome)
    {
        if (Interlocked.Exchange(ref _egress, null) is { } egress)
        {
            _ = FinishAsync(egress, outcome);
        }
        else
        {
            _ended.TrySetResult(outcome);
        }
    }

    private async Task FinishAsync(IAsyncDisposable egress, ProcessOutcome outcome)
    {
        try
        {
            await egress.DisposeAsync().ConfigureAwait(false);
            _ended.TrySetResult(outcome);
        }
        catch (Exception e)
        {
            _ended.TrySetException(e);
        }
    }

    /// <summary>What nobody has to wait for: no process is left by now.</summary>
    private void CleanUp()
    {
        lock (_controlLock)
        {
            _isOver = true;
            _control.Dispose();
        }

        _starter.Release();
        _starter.Join();
        foreach (int left in new[] { _starter.Listener, _starter.TakeSocket() })
        {
            _ = left < 0 ? 0 : Libc.Close(left);
        }

        if (Interlocked.Exchange(ref _egress, null) is { } egress)
        {
            _ = egress.DisposeAsync().AsTask(); // only after a failure
        }

        _plan?.Dispose();
        _ground.Dispose();
    }

    /// <summary>Lets the starter work, and the child through the gate when its limits are set. Until a program comes, this waits for it.</summary>
    private unsafe void PassGate()
    {
        _starter.Start();
        Libc.PollDescriptor* waits = stackalloc Libc.PollDescriptor[3];
        while (!_starter.IsDone)
        {
            waits[0] = new() { Descriptor = _ground.Progress.Value, Events = Libc.POLLIN };
            waits[1] = new() { Descriptor = _control.Value, Events = Libc.POLLIN };
            waits[2] = new() { Descriptor = _isGateClosed ? -1 : _starter.Listener, Events = Libc.POLLIN };
            if (Libc.Poll(waits, 3, -1) < 0)
            {
                continue; // interrupted
            }

            if (waits[0].Returned != 0)
            {
                _ground.Progress.Clear();
                _ground.CloseChildEnds();
            }

            if (waits[1].Returned != 0)
            {
                _control.Clear();
                KillHolder();
                if (_plan is null)
                {
                    _starter.Release(); // a program that comes after this does not start
                }
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

        _ground.CloseChildEnds();
        _plan?.CloseChildEnds();
    }

    private bool MayGoOn(int child)
    {
        try
        {
            if (_starter.TakeSocket() is >= 0 and int listening)
            {
                Socket socket = new(new SafeSocketHandle(listening, ownsHandle: true));
                _egress = _plan!.Start.Egress!.Serve(socket);
            }

            if (_ground.Group is { } group && !group.TryAdd(child))
            {
                throw new IOException("The process could not be put into its control group.");
            }

            if (!Gate.TryLimit(child, _ground.Bounds.Limits, _ground.UserProcesses))
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

    private unsafe ProcessOutcome Watch(ProcessPlan plan, long begun)
    {
        int process = _starter.Process;
        using Descriptor alive = new((int)Libc.Call(KernelCalls.PidfdOpen, process, 0));
        using ITimer? timer = _ground.Bounds.Limits.WallTime is { } wall
            ? _time.CreateTimer(static s => ((ProcessSupervisor)s!).EndWallTime(), this, Left(wall, begun), Timeout.InfiniteTimeSpan)
            : null;
        if (alive.Value < 0)
        {
            throw new IOException("The process cannot be watched (pidfd_open); Linux 5.3 or later is needed.");
        }

        _started.TrySetResult(ContainedProcessStart.Started(_process)); // now that its limits run
        WorkspaceWatch? workspace = WorkspaceWatch.IsNeeded(_ground.Bounds.Limits) ? new WorkspaceWatch(_ground.Bounds.Writes ?? [], _ground.Bounds.Limits) : null;
        long looked = Environment.TickCount64;
        bool isKilled = false;
        Libc.PollDescriptor* waits = stackalloc Libc.PollDescriptor[5];
        while (true)
        {
            waits[0] = new() { Descriptor = _control.Value, Events = Libc.POLLIN };
            waits[1] = new() { Descriptor = alive.Value, Events = Libc.POLLIN };
            waits[2] = new() { Descriptor = plan.Output.Value, Events = Libc.POLLIN };
            waits[3] = new() { Descriptor = plan.Error.Value, Events = Libc.POLLIN };
            waits[4] = new() { Descriptor = plan.Input?.Value ?? -1, Events = Libc.POLLOUT };
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

            plan.Drain(isError: false, waits[2].Returned, _output);
            plan.Drain(isError: true, waits[3].Returned, _output);
            if (!isKilled && (_isWorkspaceOver || _killRequested || _wallTimeOver || _output.IsOver))
            {
                isKilled = true;
                KillHolder();
                _ = Libc.Kill(process, Libc.SIGKILL); // ours and not yet waited for, so the number is nobody else's
            }

            if (waits[4].Returned != 0)
            {
                Feed(plan);
            }
        }

        byte* info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        _isWaitedFor = true;
        while (Libc.WaitId(WaitForDescriptor, alive.Value, info, Exited) < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR)
        {
        }

        (int how, int status) = (*(int*)(info + 8), *(int*)(info + 24));
        EndTree();
        plan.DrainAll(_output);
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
        ContainmentLimits limits = _ground.Bounds.Limits;
        int? ended = signal ?? (exit > 128 ? exit - 128 : null); // a shell tells of its program's signal so
        return _output.IsOver ? ProcessLimit.Output
            : _isWorkspaceOver ? ProcessLimit.Workspace
            : _wallTimeOver ? ProcessLimit.WallTime
            : _ground.Group is { RanIntoMemory: true } ? ProcessLimit.Memory
            : limits.CpuTime is not null && ended == Libc.SIGXCPU ? ProcessLimit.CpuTime
            : limits.FileBytes is not null && ended == Libc.SIGXFSZ ? ProcessLimit.FileSize
            : _ground.Group is { RanIntoProcesses: true } ? ProcessLimit.Processes
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
    private unsafe void Feed(ProcessPlan plan)
    {
        ReadOnlySpan<byte> left = plan.Start.StandardInput.Span[_written..];
        fixed (byte* bytes = left)
        {
            nint taken = left.IsEmpty ? 0 : Libc.Write(plan.Input!.Value, bytes, left.Length);
            _written += (int)Math.Max(0, taken);
            if (taken < 0 || _written == plan.Start.StandardInput.Length)
            {
                plan.CloseInput(); // all was given, or it closed its end
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
        KillHolder();
        if (_starter.Process is > 0 and int process && !_isWaitedFor)
        {
            // The host's own child: the end of the namespace waits until it has been waited for.
            _isWaitedFor = true;
            _ = Libc.Kill(process, Libc.SIGKILL);
            Children.Wait(process);
        }

        if (_starter.HolderProcess is > 0 and int holder)
        {
            Children.Wait(holder);
            _starter.ForgetHolder();
        }
    }
}
