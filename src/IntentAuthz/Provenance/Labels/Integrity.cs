namespace IntentAuthz;

/// <summary>How far a value may be trusted. Ordered from worst to best, so that combining takes the lower one and a missing label is the worst.</summary>
public enum Integrity
{
    /// <summary>A stranger may have written it.</summary>
    Untrusted = 0,

    /// <summary>Somebody wrote it whom the host knows, such as a colleague who is signed in: it may inform, it does not decide.</summary>
    Known = 1,

    /// <summary>It comes from a source the host vouches for.</summary>
    Trusted = 2,
}
