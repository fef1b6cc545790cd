namespace IntentAuthz;

/// <summary>What became of a reload.</summary>
/// <param name="Succeeded">Whether the new set is in force; when false the last good one still is.</param>
/// <param name="Message">What was loaded, or why it was refused.</param>
public sealed record PolicyReloadResult(bool Succeeded, string Message);
