namespace IntentAuthz;

/// <summary>Whether what policies say takes effect.</summary>
public enum EnforcementMode
{
    /// <summary>It does.</summary>
    Enforce = 0,

    /// <summary>
    /// It is recorded, and calls run all the same. Only what policies say is overridden: never identity, mandates, proposals, expiry, revocation,
    /// budgets, rates of calls that policies permit, containment, scrubbing or the audit. A call that policy denies or asks about gets no credential.
    /// </summary>
    Observe = 1,
}
