namespace IntentAuthz.Cedar;

/// <summary>What a policy does when it applies.</summary>
public enum PolicyEffect
{
    /// <summary>Denies the request, whatever any permit says. The default value, so that a forgotten assignment denies.</summary>
    Forbid = 0,

    /// <summary>Allows the request, unless a forbid applies too.</summary>
    Permit = 1,
}
