using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary><c>{ name: Type, other?: Type }</c>. The names are distinct.</summary>
internal sealed record RecordTypeNode(ImmutableArray<AttributeNode> Attributes, TextRange Range) : TypeNode(Range);
