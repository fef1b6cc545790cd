namespace IntentAuthz;

/// <summary>What a detector observes over the whole of a task.</summary>
public enum SignalKind
{
    /// <summary>What was read in confidence goes on to where more people see it, or two kinds of actions meet that must not meet in one task.</summary>
    Chaining = 0,

    /// <summary>The task reaches services beyond those that are usual, or beyond as many as are.</summary>
    LateralMovement = 1,

    /// <summary>After denials the task keeps probing: many denials, one tool again and again with other arguments, the denied effect by another tool, ever more dangerous tools.</summary>
    RepeatedEscalation = 2,

    /// <summary>Loops and bursts: the same call over and over, or more calls in a short time than work needs.</summary>
    Runaway = 3,

    /// <summary>Calls outside of what the task is for, after it has read what strangers wrote.</summary>
    GoalDrift = 4,

    /// <summary>A result that does not fit its schema or is longer than usual.</summary>
    UnexpectedOutput = 5,

    /// <summary>A credential was seen in use after its end: somebody holds what nobody should.</summary>
    ShadowPrivilege = 6,
}
