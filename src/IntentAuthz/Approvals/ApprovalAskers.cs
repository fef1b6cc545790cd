namespace IntentAuthz;

/// <summary>Who wants a person to approve a call; several can. <see cref="ApprovalAskerNames"/> has the words of the audit record.</summary>
[Flags]
internal enum ApprovalAskers : byte
{
    None = 0,

    /// <summary>A permit of the policy set, also where the set is only observed.</summary>
    Policy = 1,

    /// <summary>A permit of a mandate of the task, or of one above it.</summary>
    Mandate = 2,

    /// <summary>What was proposed for the task does not have the call.</summary>
    Proposal = 4,

    /// <summary>A signal was raised whose response is to ask.</summary>
    Signal = 8,

    /// <summary>The risk score is above the task's ceiling.</summary>
    Score = 16,

    /// <summary>The same call was made before, and nobody knows whether it took effect.</summary>
    Repeat = 32,
}
