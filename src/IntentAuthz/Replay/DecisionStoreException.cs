namespace IntentAuthz;

/// <summary>A file of a decision store is not what was written: altered, cut, of another key, or no such file at all. The message names the place.</summary>
public sealed class DecisionStoreException : IOException
{
    internal DecisionStoreException(string file, long offset, long block, string problem)
        : base(block < 0 ? $"{file}, byte {offset}: {problem}" : $"{file}, block {block}, byte {offset}: {problem}")
    {
        File = file;
        Offset = offset;
        Block = block;
    }

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>Where in the file the block, or the header, begins, in bytes.</summary>
    public long Offset { get; }

    /// <summary>The number of the block within its file, from 0; -1 for the header.</summary>
    public long Block { get; }
}
