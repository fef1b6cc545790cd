namespace IntentAuthz;

/// <summary>What a policy engine answers.</summary>
public enum VerdictEffect
{
    /// <summary>Not permitted. The default, so that an answer nobody gave denies.</summary>
    Deny = 0,

    /// <summary>Permitted, if the obligations are met.</summary>
    Permit,
}
