namespace IntentAuthz.Cedar.Compilation;

/// <summary>Under what a rule can be kept: a role whose entity is something, is in something, or is of a type.</summary>
/// <param name="Role">The role.</param>
/// <param name="Kind"><see cref="ScopeKind.Equal"/>, <see cref="ScopeKind.In"/> or <see cref="ScopeKind.Is"/>.</param>
/// <param name="Id">The number of the entity or type.</param>
internal readonly record struct RuleIndexKey(Role Role, ScopeKind Kind, int Id);
