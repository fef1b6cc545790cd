namespace IntentAuthz.Containment;

/// <summary>How much a workspace holds.</summary>
/// <param name="Bytes">The lengths of all files together.</param>
/// <param name="Entries">The entries, the workspace's own directory aside.</param>
/// <param name="IsComplete">False when there is more than was counted: too many entries, or too deep.</param>
public readonly record struct WorkspaceUsage(long Bytes, int Entries, bool IsComplete);
