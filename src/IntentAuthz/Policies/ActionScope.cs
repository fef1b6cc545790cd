using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Whether a policy's action scope can match a tool, its groups included.</summary>
internal static class ActionScope
{
    internal static bool CouldMatch(ScopeConstraint action, ToolDescriptor tool) => action.Kind switch
    {
        ScopeKind.Any => true,
        ScopeKind.Equal => action.Entities[0] == tool.Action,
        _ => action.Entities.Any(e => e == tool.Action || tool.ActionGroups.Contains(e)),
    };
}
