namespace IntentAuthz;

/// <summary>How the texts that a call writes are tied to what the user asked to be written.</summary>
internal enum ContentTie
{
    /// <summary>The call writes no text.</summary>
    None,

    /// <summary>A text follows words of the request.</summary>
    Dictated,

    /// <summary>The request dictates no text, so any will do.</summary>
    Free,

    /// <summary>The request dictates a text, and none that the call writes follows it.</summary>
    Deviating,
}
