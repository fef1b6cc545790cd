namespace IntentAuthz.Containment;

/// <summary>
/// One call of <c>posix_spawn</c>, made ready before: the child gets three descriptors and no other, a session of its own, and no signal that
/// is ignored or blocked.
/// </summary>
internal sealed unsafe class Spawn : IDisposable
{
    private const int StructBytes = 1024; // more than glibc's, which are of 80 and 336 bytes
    private const short SetSession = 0x80, SetDefaultSignals = 4, SetSignalMask = 8;

    private readonly byte* _program;
    private readonly byte** _arguments;
    private readonly byte** _environment;
    private readonly byte* _actions;
    private readonly byte* _attributes;

    internal Spawn(NativeText text, string program, IEnumerable<string> arguments, IEnumerable<string> environment, int input, int output, int error, bool isGated)
    {
        _program = text.Add(program);
        _arguments = text.AddAll([program, .. arguments]);
        _environment = text.AddAll(environment);
        _actions = text.Allocate(StructBytes);
        _attributes = text.Allocate(StructBytes);
        byte* all = text.Allocate(128), none = text.Allocate(128);
        new Span<byte>(all, 128).Fill(0xFF);
        Check(Libc.FileActionsInit(_actions));
        Check(Libc.FileActionsDup(_actions, input, 0));
        Check(Libc.FileActionsDup(_actions, output, 1));
        Check(Libc.FileActionsDup(_actions, error, 2));
        Check(Libc.FileActionsCloseFrom(_actions, 3));
        if (isGated)
        {
            Check(Libc.FileActionsChangeDirectory(_actions, SeccompFilter.GateDescriptor));
        }

        Check(Libc.AttributesInit(_attributes));
        Check(Libc.AttributesSetFlags(_attributes, SetSession | SetDefaultSignals | SetSignalMask));
        Check(Libc.AttributesSetDefaultSignals(_attributes, all));
        Check(Libc.AttributesSetSignalMask(_attributes, none));
    }

    /// <summary>Starts the child of the calling thread. Makes no managed object.</summary>
    /// <returns>An error or 0.</returns>
    internal int Run(out int process)
    {
        int started = 0;
        int error = Libc.Spawn(&started, _program, _actions, _attributes, _arguments, _environment);
        process = error == 0 ? started : 0;
        return error;
    }

    public void Dispose()
    {
        _ = Libc.FileActionsDestroy(_actions);
        _ = Libc.AttributesDestroy(_attributes);
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new IOException($"A process could not be made ready to start ({Libc.Reason(error)}).");
        }
    }
}
