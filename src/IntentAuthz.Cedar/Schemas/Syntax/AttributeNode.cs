using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>One attribute of a record. The range is that of the name.</summary>
internal sealed record AttributeNode(string Name, TypeNode Type, bool IsRequired, ImmutableArray<PolicyAnnotation> Annotations, TextRange Range) : SchemaNode(Range);
