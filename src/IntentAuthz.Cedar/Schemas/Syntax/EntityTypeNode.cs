using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>
/// <c>entity Name in [Parents] = Shape tags Tags;</c> or <c>entity Name enum ["a", "b"];</c>. The range is that of the name.
/// </summary>
internal sealed record EntityTypeNode(
    string Name,
    ImmutableArray<NameTypeNode> Parents,
    TypeNode? Shape,
    TypeNode? Tags,
    ImmutableArray<string>? EnumIds,
    ImmutableArray<PolicyAnnotation> Annotations,
    TextRange Range) : SchemaNode(Range);
