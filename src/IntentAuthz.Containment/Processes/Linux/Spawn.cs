namespace IntentAuthz.Containment;

/// <summary>
/// A program to start, made ready before: by one call of <c>posix_spawn</c>, or by calls of a child that was made already. It gets three descriptors and
/// no other, a session of its own, and no signal that is ignored or blocked.
/// </summary>
internal sealed unsafe class Spawn : IDisposable
{
    private const int StructBytes = 1024; // more than glibc's, which are of 80 and 336 bytes
    private const short SetSession = 0x80, SetDefaultSignals = 4, SetSignalMask = 8;
    private const int Signals = 64, MaskBytes = 8, ActionBytes = 32, FirstOther = 3;

    private readonly byte* _program;
    private readonly byte** _arguments;
    private readonly byte** _environment;
    private readonly byte* _actions;
    private readonly byte* _attributes;
    private readonly (int Input, int Output, int Error) _streams;
    private readonly bool _isGated;

    internal Spawn(NativeText text, string program, IEnumerable<string> arguments, IEnumerable<string> environment, int input, int output, int error, bool isGated)
    {
        (_streams, _isGated) = ((input, output, error), isGated);
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

    /// <summary>Adds the calls of a child, which has its own descriptors, that make it the program.</summary>
    internal void Add(CallList calls)
    {
        calls.Add(KernelCalls.SetSession);
        nint byDefault = (nint)calls.Memory.Allocate(ActionBytes);
        for (int signal = 1; signal <= Signals; signal++)
        {
            calls.Try(KernelCalls.SignalAction, signal, byDefault, 0, MaskBytes); // two of them cannot be changed
        }

        calls.Add(KernelCalls.SignalMask, 2, (nint)calls.Memory.Allocate(MaskBytes), 0, MaskBytes);
        calls.Add(KernelCalls.DuplicateTo, _streams.Input, 0);
        calls.Add(KernelCalls.DuplicateTo, _streams.Output, 1);
        calls.Add(KernelCalls.DuplicateTo, _streams.Error, 2);
        calls.Add(KernelCalls.CloseRange, FirstOther, unchecked((nint)uint.MaxValue));
        if (_isGated)
        {
            calls.Add(KernelCalls.ChangeDirectoryTo, SeccompFilter.GateDescriptor);
        }

        calls.Add(KernelCalls.Execute, (nint)_program, (nint)_arguments, (nint)_environment);
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
