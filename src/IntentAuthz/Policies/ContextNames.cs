namespace IntentAuthz;

/// <summary>The names of the context's members, in one place for building it and for finding out what policies read.</summary>
internal static class ContextNames
{
    /// <summary>How many there are.</summary>
    internal const int Count = 8;

    internal static readonly (ContextParts Part, string Name)[] All =
    [
        (ContextParts.Input, "input"),
        (ContextParts.Task, "task"),
        (ContextParts.History, "history"),
        (ContextParts.Risk, "risk"),
        (ContextParts.Provenance, "provenance"),
        (ContextParts.Approval, "approval"),
        (ContextParts.Delegation, "delegation"),
        (ContextParts.System, "system"),
    ];
}
