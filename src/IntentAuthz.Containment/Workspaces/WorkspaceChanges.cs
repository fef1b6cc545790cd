using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What is different in a workspace since a snapshot was taken. Paths are in order. Immutable.</summary>
/// <param name="Added">What was not there.</param>
/// <param name="Changed">What is another file, or has other contents, another mode or another kind.</param>
/// <param name="Removed">What is no longer there.</param>
/// <param name="IsComplete">False when there was more in the workspace than is looked at, so that changes may be missing.</param>
public sealed record WorkspaceChanges(ImmutableArray<string> Added, ImmutableArray<string> Changed, ImmutableArray<string> Removed, bool IsComplete)
{
    /// <summary>Whether nothing is different, and that is known.</summary>
    public bool IsEmpty => IsComplete && Added.IsEmpty && Changed.IsEmpty && Removed.IsEmpty;

    /// <summary>How many were added, changed and removed.</summary>
    public override string ToString() => $"{Added.Length} added, {Changed.Length} changed, {Removed.Length} removed{(IsComplete ? "" : ", not all looked at")}";
}
