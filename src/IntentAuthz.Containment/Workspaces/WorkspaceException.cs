namespace IntentAuthz.Containment;

/// <summary>A workspace did not do what it was asked. The message names no path outside of it and can be shown to a model.</summary>
public sealed class WorkspaceException : IOException
{
    internal WorkspaceException(WorkspaceError error, string message)
        : base(message) => Error = error;

    /// <summary>Why.</summary>
    public WorkspaceError Error { get; }
}
