namespace IntentAuthz.Containment;

/// <summary>Whether an option takes a value.</summary>
internal enum OptionValue
{
    None,

    /// <summary>Attached, or in the word that follows.</summary>
    Required,

    /// <summary>Attached or not at all.</summary>
    Optional,
}
