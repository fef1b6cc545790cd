namespace IntentAuthz;

/// <summary>What the policies of a <see cref="ReplayGroup"/> did that made the difference.</summary>
public enum ReplayChange
{
    /// <summary>They need what the log does not hold.</summary>
    Unknown = 0,

    /// <summary>They permit now.</summary>
    Permits,

    /// <summary>They permitted, and do no longer: they are gone, or their conditions do not hold.</summary>
    NoLongerPermits,

    /// <summary>They forbid now.</summary>
    Forbids,

    /// <summary>They forbade, and do no longer.</summary>
    NoLongerForbids,

    /// <summary>They cannot be evaluated now, which denies since they might have forbidden or asked for something.</summary>
    Fails,

    /// <summary>They could not be evaluated, which denied, and now can, or are gone.</summary>
    NoLongerFails,

    /// <summary>What they ask of a permit is not what was asked.</summary>
    Obligations,

    /// <summary>They ask for two different credentials, which denies.</summary>
    Conflicts,
}
