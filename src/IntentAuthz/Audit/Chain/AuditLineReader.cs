namespace IntentAuthz;

/// <summary>Reads the lines of one file of a log one after another, each bounded in length, wherever they are kept.</summary>
internal abstract class AuditLineReader : IDisposable
{
    /// <summary>The longest line there can be. A record has bounded texts and is far below.</summary>
    internal const int MaxLine = 16 * 1024 * 1024;

    /// <summary>The number of the line that was read last, from 1, as the place where it stands counts.</summary>
    internal long Number { get; private protected set; }

    /// <summary>How many bytes the lines had that were read whole, their ends included.</summary>
    internal long Position { get; private protected set; }

    /// <summary>Whether what was read last is no whole line: the file ends in it.</summary>
    internal bool IsTorn { get; private protected set; }

    /// <summary>Whether a line is longer than there can be; nothing is read any more.</summary>
    internal bool IsTooLong { get; private protected set; }

    /// <summary>What is wrong with how the line is kept, though not with its bytes; null for nothing.</summary>
    internal string? Fault { get; private protected set; }

    /// <summary>Why nothing more could be read, though the file goes on; null where it was read to its end.</summary>
    internal string? Ending { get; private protected set; }

    /// <summary>Reads the next line, without its end. It is valid until the next is read.</summary>
    /// <returns>Whether there was one.</returns>
    internal abstract bool TryRead(out ReadOnlySpan<byte> line);

    public abstract void Dispose();
}
