namespace IntentAuthz;

/// <summary>Where an approval request is.</summary>
public enum ApprovalState
{
    /// <summary>It waits for people.</summary>
    Pending,

    /// <summary>Everybody who is needed has approved; the call can be made once.</summary>
    Approved,

    /// <summary>Somebody refused. The same call cannot be asked again in its task.</summary>
    Refused,

    /// <summary>The call was made.</summary>
    Consumed,

    /// <summary>Nobody, or too few, answered in time, or the approved call was not made in time.</summary>
    Expired,

    /// <summary>What was shown no longer holds, the task ended, or it was revoked.</summary>
    Voided,
}
