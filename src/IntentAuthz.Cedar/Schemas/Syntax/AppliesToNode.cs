using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary>To which types of principal and resource an action applies, and what its context looks like (null for an empty one).</summary>
internal sealed record AppliesToNode(ImmutableArray<NameTypeNode> Principals, ImmutableArray<NameTypeNode> Resources, TypeNode? Context);
