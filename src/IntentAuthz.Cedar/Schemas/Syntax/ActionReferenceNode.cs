using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>An action group: an id, with an action type such as <c>Docs::Action</c> or, without one, the type of the namespace at hand.</summary>
internal sealed record ActionReferenceNode(string? Type, string Id, TextRange Range) : SchemaNode(Range);
