namespace IntentAuthz;

/// <summary>What other policies say of a decision that was taken.</summary>
public enum ReplayOutcome
{
    /// <summary>The same effect with the same obligations. Which policies determined it may differ.</summary>
    Same = 0,

    /// <summary>Another effect, or other obligations: a permit that now asks for an approval is a change.</summary>
    Changed,

    /// <summary>The log does not hold what the policies ask for.</summary>
    Unknown,
}
