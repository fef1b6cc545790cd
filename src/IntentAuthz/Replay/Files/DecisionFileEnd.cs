namespace IntentAuthz;

/// <summary>How a file of a decision store ends.</summary>
internal enum DecisionFileEnd
{
    /// <summary>With the mark that its writer sets when it closes it.</summary>
    Marked,

    /// <summary>Behind a whole block, without the mark: its process died, still writes, or whole blocks were cut off.</summary>
    Unmarked,

    /// <summary>Within a block.</summary>
    Cut,
}
