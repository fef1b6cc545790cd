namespace IntentAuthz;

/// <summary>Where a lease is in its life.</summary>
public enum LeaseState
{
    /// <summary>Recorded; the issuer is being asked.</summary>
    Pending,

    /// <summary>The credential lives.</summary>
    Active,

    /// <summary>It must be unmade, and that is being tried.</summary>
    Revoking,

    /// <summary>The issuer has confirmed that it was unmade.</summary>
    Revoked,

    /// <summary>Its time ran out.</summary>
    Expired,
}
