using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>An extension type, as only the JSON form has it; no declaration can shadow it.</summary>
internal sealed record ExtensionTypeNode(string Name, TextRange Range) : TypeNode(Range);
