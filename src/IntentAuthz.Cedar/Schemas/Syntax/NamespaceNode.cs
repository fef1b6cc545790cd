using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>The declarations of one namespace; the name is empty for declarations outside of any.</summary>
internal sealed record NamespaceNode(
    string Name,
    ImmutableArray<PolicyAnnotation> Annotations,
    ImmutableArray<CommonTypeNode> CommonTypes,
    ImmutableArray<EntityTypeNode> EntityTypes,
    ImmutableArray<ActionNode> Actions,
    TextRange Range) : SchemaNode(Range)
{
    /// <summary>A declared name, qualified. Declarations always belong to the namespace they stand in.</summary>
    public string Qualify(string name) => Name.Length == 0 ? name : $"{Name}::{name}";
}
