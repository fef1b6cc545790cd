namespace IntentAuthz;

/// <summary>How far the reading of an audit log is.</summary>
/// <param name="Records">How many records were read.</param>
/// <param name="Bytes">How many bytes their lines have.</param>
/// <param name="TotalBytes">How many bytes the files had when the reading began: about as many as the lines, never fewer than were read.</param>
public readonly record struct AuditVerifyProgress(long Records, long Bytes, long TotalBytes);
