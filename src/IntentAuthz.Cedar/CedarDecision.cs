namespace IntentAuthz.Cedar;

/// <summary>What a policy set answers to a request.</summary>
public enum CedarDecision
{
    /// <summary>No permit applied, or a forbid did. The default value, so that a forgotten assignment denies.</summary>
    Deny = 0,

    /// <summary>At least one permit applied and no forbid did.</summary>
    Allow = 1,
}
