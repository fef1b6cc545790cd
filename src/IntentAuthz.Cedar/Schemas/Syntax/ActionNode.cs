using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Syntax;

/// <summary><c>action "id" in [Groups] appliesTo {…};</c>. The range is that of the id.</summary>
internal sealed record ActionNode(
    string Id,
    ImmutableArray<ActionReferenceNode> Groups,
    AppliesToNode? AppliesTo,
    ImmutableArray<PolicyAnnotation> Annotations,
    TextRange Range) : SchemaNode(Range);
