namespace IntentAuthz.Cedar.Syntax;

/// <summary>Actions are the entities whose type is <c>Action</c>, in any namespace.</summary>
internal static class ActionTypes
{
    public static bool IsAction(string entityType) =>
        entityType == "Action" || entityType.EndsWith("::Action", StringComparison.Ordinal);
}
