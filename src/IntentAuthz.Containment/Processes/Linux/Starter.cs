namespace IntentAuthz.Containment;

/// <summary>
/// Gives up rights, waits to be told a program, and starts it; the program inherits what is left. It starts one program at most and ends with it:
/// what was given up cannot be had back.
/// </summary>
internal abstract unsafe class Starter : IDisposable
{
    private protected Starter(NativeText memory)
    {
        Listening = Cell(-1);
        HolderId = Cell(0);
        ProcessId = Cell(0);
        Socket = Cell(-1);

        CallList.Cell Cell(nint value)
        {
            CallList.Cell cell = new((nint*)memory.Allocate(sizeof(nint)));
            cell.Set(value);
            return cell;
        }
    }

    /// <summary>How far it came; the step that failed where there is an error.</summary>
    internal enum Step
    {
        UserNamespace, NoNewPrivileges, Namespaces, Loopback, Holder, MountNamespace, Proc, Mounts, ProcRule, Groups, Capabilities, Landlock, Filter, Ready, Directory, Program, Done,
    }

    /// <summary>The step that failed.</summary>
    internal abstract Step At { get; }

    /// <summary>The error that it failed with; 0 for none.</summary>
    internal abstract int Error { get; }

    /// <summary>Whether there is nothing more to wait for: the program runs, or something failed.</summary>
    internal abstract bool IsDone { get; }

    /// <summary>Tells of the child that waits at the gate; -1 for not yet.</summary>
    internal int Listener => (int)Listening.Value;

    /// <summary>The PID namespace's first process; 0 before there is one, and when it has been waited for.</summary>
    internal int HolderProcess => (int)HolderId.Value;

    internal int Process => (int)ProcessId.Value;

    private protected CallList.Cell Listening { get; }

    private protected CallList.Cell HolderId { get; }

    private protected CallList.Cell ProcessId { get; }

    private protected CallList.Cell Socket { get; }

    internal abstract void Start();

    /// <summary>Tells it the program. Once; what is given has to stay until <see cref="IsDone"/>.</summary>
    internal abstract void Begin(Spawn program, byte* directory);

    /// <summary>Lets it end.</summary>
    internal abstract void Release();

    internal abstract void Join();

    /// <summary>A socket that listens in the network namespace; -1 for none. Closing it is up to the caller.</summary>
    internal int TakeSocket()
    {
        int taken = (int)Socket.Value;
        Socket.Set(-1);
        return taken;
    }

    /// <summary>The first process of the namespace is gone.</summary>
    internal void ForgetHolder() => HolderId.Set(0);

    /// <summary>After <see cref="Join"/>.</summary>
    public abstract void Dispose();
}
