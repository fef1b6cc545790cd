namespace IntentAuthz;

/// <summary>How far a value may be trusted. Ordered from worst to best, so that combining takes the lower one and a missing label is the worst.</summary>
public enum Integrity
{
    /// <summary>A stranger may have written it.</summary>
    Untrusted = 0,

    /// <summary>It comes from a source the host vouches for.</summary>
    Trusted = 1,
}
