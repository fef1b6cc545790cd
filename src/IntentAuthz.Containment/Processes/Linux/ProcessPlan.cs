using System.Runtime.InteropServices;

namespace IntentAuthz.Containment;

/// <summary>A program and what it is given, made ready before it starts; and the host's ends of its streams.</summary>
internal sealed unsafe class ProcessPlan : IDisposable
{
    private const string SearchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";
    private const int ChunkBytes = 64 * 1024;

    private readonly NativeText _text = new();
    private readonly List<IDisposable> _owned = [];
    private readonly List<Descriptor> _childEnds = [];
    private readonly byte* _chunk;
    private bool _isDisposed;

    /// <exception cref="IOException">The kernel made no pipe or the like.</exception>
    internal ProcessPlan(ProcessStart start, bool canWriteDirectory, bool hasNetwork)
    {
        Start = start;
        try
        {
            string directory = start.WorkingDirectory ?? "/";
            (Output, Descriptor childOutput) = Pipe();
            (Error, Descriptor childError) = Pipe();
            Descriptor childInput;
            if (start.StandardInput.IsEmpty)
            {
                childInput = Descriptor.Nothing(writable: false);
            }
            else
            {
                (childInput, Input) = Descriptor.Pipe();
                Own(Input).DoNotBlock();
            }

            _childEnds.Add(childInput);
            _chunk = _text.Allocate(ChunkBytes);
            Directory = _text.Add(directory);
            Program = Own(new Spawn(
                _text, start.Program, start.Arguments, Environment(start, directory, canWriteDirectory, hasNetwork), childInput.Value, childOutput.Value, childError.Value, isGated: true));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal ProcessStart Start { get; }

    internal Spawn Program { get; }

    internal byte* Directory { get; }

    internal Descriptor Output { get; }

    internal Descriptor Error { get; }

    /// <summary>Where its input is written; null when it has none, or all of it.</summary>
    internal Descriptor? Input { get; private set; }

    internal void CloseChildEnds() => _childEnds.ForEach(static d => d.Dispose());

    internal void CloseInput()
    {
        Input?.Dispose();
        Input = null;
    }

    /// <summary>Reads what a stream has.</summary>
    internal void Drain(bool isError, short ready, OutputBuffer into)
    {
        if (ready != 0)
        {
            ReadOnce(isError, into);
        }
    }

    /// <summary>Reads what is left when everybody who could write is gone.</summary>
    internal void DrainAll(OutputBuffer into)
    {
        while (ReadOnce(isError: false, into))
        {
        }

        while (ReadOnce(isError: true, into))
        {
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        CloseInput();
        CloseChildEnds();
        _owned.ForEach(static d => d.Dispose());
        _text.Dispose();
    }

    private static IEnumerable<string> Environment(ProcessStart start, string directory, bool canWrite, bool network)
    {
        Dictionary<string, string> variables = new(start.Variables, StringComparer.Ordinal) { ["PATH"] = SearchPath, ["HOME"] = directory };
        if (canWrite)
        {
            variables["TMPDIR"] = directory;
        }

        if (network)
        {
            string proxy = $"http://127.0.0.1:{Loopback.Port}";
            foreach (string name in ReservedVariables.Proxies)
            {
                variables[name] = proxy;
            }

            (variables["NO_PROXY"], variables["no_proxy"]) = ("", "");
        }

        return variables.Select(static v => $"{v.Key}={v.Value}");
    }

    /// <summary>Whether there was something; a stream that has ended stays without being asked again.</summary>
    private bool ReadOnce(bool isError, OutputBuffer into)
    {
        Descriptor stream = isError ? Error : Output;
        if (stream.IsClosed)
        {
            return false;
        }

        nint count = Libc.Read(stream.Value, _chunk, ChunkBytes);
        if (count > 0)
        {
            into.Add(isError, new ReadOnlySpan<byte>(_chunk, (int)count));
            return true;
        }

        if (count == 0 || Marshal.GetLastPInvokeError() is not (Libc.EINTR or 11))
        {
            stream.Dispose();
        }

        return false;
    }

    private (Descriptor Host, Descriptor Child) Pipe()
    {
        (Descriptor reading, Descriptor writing) = Descriptor.Pipe();
        Own(reading).DoNotBlock();
        _childEnds.Add(writing);
        return (reading, writing);
    }

    private T Own<T>(T what)
        where T : IDisposable
    {
        _owned.Add(what);
        return what;
    }
}
