using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>A primitive type, as only the JSON form has it: <c>String</c>, <c>Long</c> or <c>Boolean</c>, which no declaration can shadow.</summary>
internal sealed record BuiltInTypeNode(BuiltInType Type, TextRange Range) : TypeNode(Range);
