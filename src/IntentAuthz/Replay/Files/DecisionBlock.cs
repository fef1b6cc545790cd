namespace IntentAuthz;

/// <summary>Where a block of decisions stands.</summary>
/// <param name="Frame">What stands before it.</param>
/// <param name="Offset">Where that begins in the file.</param>
internal readonly record struct DecisionBlock(BlockFrame Frame, long Offset)
{
    internal long End => Offset + BlockFrame.Size + BlockCipher.TagSize + Frame.Length;
}
