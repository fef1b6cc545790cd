namespace IntentAuthz;

/// <summary>Whether a call is among what was proposed for its task and for those above it.</summary>
internal enum ProposalCoverage
{
    /// <summary>Nothing was proposed.</summary>
    None = 0,

    /// <summary>Every proposal covers it.</summary>
    Covered,

    /// <summary>Some proposal does not.</summary>
    Outside,
}
