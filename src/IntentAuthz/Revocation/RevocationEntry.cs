namespace IntentAuthz;

/// <summary>That something was revoked: by whom, when and why.</summary>
/// <param name="Target">What.</param>
/// <param name="By">Who, or null for the holder of the operator key or for the library itself.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="At">When, in wall-clock time.</param>
public sealed record RevocationEntry(RevocationTarget Target, Principal? By, string Reason, DateTimeOffset At);
