namespace IntentAuthz.Containment;

/// <summary>One entry of a workspace.</summary>
/// <param name="Path">Its path within the workspace, with <c>/</c> between names; bytes that are no UTF-8 stand as <c>\xHH</c>.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Length">A file's length in bytes; 0 for others.</param>
public sealed record WorkspaceEntry(string Path, WorkspaceEntryKind Kind, long Length);
