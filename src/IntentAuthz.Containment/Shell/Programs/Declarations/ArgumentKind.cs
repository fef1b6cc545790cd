namespace IntentAuthz.Containment;

/// <summary>What an argument turned out to be.</summary>
internal enum ArgumentKind
{
    Option,
    Operand,

    /// <summary>It looks like an option, and none is known.</summary>
    Unknown,

    /// <summary>It may be an option or an operand.</summary>
    Unclear,

    /// <summary>An option whose value may be several words.</summary>
    UnclearValue,
}
