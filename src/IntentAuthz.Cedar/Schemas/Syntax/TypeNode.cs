using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>A type as it was written. Readers bound its nesting by <see cref="CedarLimits.MaxTypeDepth"/>, so that code may recurse over it.</summary>
internal abstract record TypeNode(TextRange Range) : SchemaNode(Range);
