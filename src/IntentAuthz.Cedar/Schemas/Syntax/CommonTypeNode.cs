using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary><c>type Name = Definition;</c></summary>
internal sealed record CommonTypeNode(string Name, TypeNode Definition, ImmutableArray<PolicyAnnotation> Annotations, TextRange Range) : SchemaNode(Range);
