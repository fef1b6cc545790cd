namespace IntentAuthz;

/// <summary>What became of a reload.</summary>
/// <param name="Succeeded">Whether the new set is in force; when false the last good one still is.</param>
/// <param name="Message">What was loaded, or why it was refused.</param>
public sealed record PolicyReloadResult(bool Succeeded, string Message)
{
    /// <summary>How many tasks were revoked since the new policies would not have opened them.</summary>
    public int TasksRevoked { get; init; }

    /// <summary>How many tasks stayed since the engine could not decide on them again; the audit names them.</summary>
    public int TasksUndecided { get; init; }
}
