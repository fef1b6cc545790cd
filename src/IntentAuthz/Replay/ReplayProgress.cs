namespace IntentAuthz;

/// <summary>How far a replay is.</summary>
/// <param name="Decisions">How many decisions were replayed.</param>
/// <param name="Bytes">How many bytes of the log were read.</param>
/// <param name="TotalBytes">How many there are.</param>
public readonly record struct ReplayProgress(long Decisions, long Bytes, long TotalBytes);
