namespace IntentAuthz;

/// <summary>A block does not hold what an encoder writes. The reader of the file says where the block is.</summary>
internal sealed class DecisionFormatException(int offset, string problem) : Exception(problem)
{
    /// <summary>Where in the block.</summary>
    internal int Offset { get; } = offset;
}
