using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>A type given by name, and what the name may stand for.</summary>
internal sealed record NameTypeNode(string Name, NameKind Kind, TextRange Range) : TypeNode(Range);
