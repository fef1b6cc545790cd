using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary>What a process wrote, up to a limit for both streams together.</summary>
internal sealed class OutputBuffer(long limit, ProcessOutputHandler? received)
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _error = new();
    private long _count;

    /// <summary>Whether it wrote more than the limit, or who was told of it failed: it has to end.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>What the handler threw.</summary>
    internal Exception? Fault { get; private set; }

    internal ReadOnlyMemory<byte> Output => _output.WrittenMemory;

    internal ReadOnlyMemory<byte> Error => _error.WrittenMemory;

    internal void Add(bool isError, ReadOnlySpan<byte> bytes)
    {
        if (IsOver)
        {
            return;
        }

        long room = limit - _count;
        if (bytes.Length > room)
        {
            IsOver = true;
            bytes = bytes[..(int)room];
        }

        _count += bytes.Length;
        (isError ? _error : _output).Write(bytes);
        try
        {
            if (!bytes.IsEmpty)
            {
                received?.Invoke(isError, bytes);
            }
        }
        catch (Exception e)
        {
            (Fault, IsOver) = (e, true);
        }
    }
}
