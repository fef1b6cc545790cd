namespace IntentAuthz.Cedar;

/// <summary>The forms a scope constraint has.</summary>
public enum ScopeKind
{
    /// <summary>No constraint: <c>principal</c>.</summary>
    Any,

    /// <summary><c>principal == User::"alice"</c>.</summary>
    Equal,

    /// <summary><c>principal in Group::"staff"</c>: the entity itself or a descendant of it.</summary>
    In,

    /// <summary><c>action in [Action::"read", Action::"list"]</c>: one of the entities or a descendant of one. Only for actions.</summary>
    InSet,

    /// <summary><c>principal is User</c>: by entity type. Not for actions.</summary>
    Is,

    /// <summary><c>principal is User in Group::"staff"</c>. Not for actions.</summary>
    IsIn,
}
