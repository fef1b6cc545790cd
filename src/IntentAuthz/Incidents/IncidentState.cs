namespace IntentAuthz;

/// <summary>Where an incident is, in the words of NIST SP 800-61r2, section 3: detection, containment, eradication, recovery.</summary>
public enum IncidentState
{
    /// <summary>Seen; nothing has been done about it yet.</summary>
    Detected,

    /// <summary>Frozen: what it is about does nothing any more.</summary>
    Contained,

    /// <summary>Its authority is revoked for good, and long-lived secrets it was lent were renewed as far as they can be.</summary>
    Eradicated,

    /// <summary>Reopened: the stop is lifted.</summary>
    Recovered,

    /// <summary>Over. What is seen from here on is another incident.</summary>
    Closed,
}
