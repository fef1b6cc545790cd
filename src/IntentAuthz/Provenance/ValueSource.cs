namespace IntentAuthz;

/// <summary>Where an argument's value came from. Ordered from worst to best, so that a value with several parts takes the lowest.</summary>
public enum ValueSource
{
    /// <summary>It stands in the result of an untrusted source, and in nothing better.</summary>
    UntrustedResult = 0,

    /// <summary>It was seen nowhere: the model alone came up with it, or the record of what was seen is incomplete.</summary>
    Model = 1,

    /// <summary>It stands in what somebody wrote whom the host knows (<see cref="Integrity.Known"/>).</summary>
    KnownResult = 2,

    /// <summary>It stands in the result of a trusted source.</summary>
    TrustedResult = 3,

    /// <summary>A person was shown it for this role of this action and said yes, or the host endorsed it.</summary>
    Endorsed = 4,

    /// <summary>It stands in the parameters the task was opened with.</summary>
    Parameters = 5,

    /// <summary>It stands in the user's own request.</summary>
    UserRequest = 6,
}
