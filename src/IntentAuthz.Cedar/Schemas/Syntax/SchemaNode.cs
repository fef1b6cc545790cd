using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>A part of a schema as it was written, before any name in it is resolved. Immutable.</summary>
internal abstract record SchemaNode(TextRange Range);
