namespace IntentAuthz;

/// <summary>The members of <c>context</c>. An engine that says which of them its policies read spares the guard from building the others.</summary>
[Flags]
internal enum ContextParts
{
    None = 0,
    Input = 1,
    Task = 2,
    History = 4,
    Risk = 8,
    Provenance = 16,
    Approval = 32,
    Delegation = 64,
    System = 128,
    All = 255,
}
