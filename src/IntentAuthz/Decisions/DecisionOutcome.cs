namespace IntentAuthz;

/// <summary>What the guard concludes.</summary>
public enum DecisionOutcome
{
    /// <summary>The call does not run. The default, so that a decision nobody made denies.</summary>
    Deny = 0,

    /// <summary>The call may run once a person has approved it.</summary>
    RequireApproval,

    /// <summary>The call runs.</summary>
    Permit,
}
