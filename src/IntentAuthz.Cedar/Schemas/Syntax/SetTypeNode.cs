using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary><c>Set&lt;Element&gt;</c>.</summary>
internal sealed record SetTypeNode(TypeNode Element, TextRange Range) : TypeNode(Range);
