using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>A policy or template without its id and without the values of its slots: what several links of one template share.</summary>
internal sealed record PolicyBody(
    PolicyEffect Effect,
    ImmutableArray<PolicyAnnotation> Annotations,
    ScopeConstraint Principal,
    ScopeConstraint Action,
    ScopeConstraint Resource,
    ImmutableArray<Condition> Conditions,
    SourceText? Source,
    TextRange Range)
{
    /// <summary>The annotations as they are shown to users; one object, not one a call.</summary>
    public IReadOnlyList<PolicyAnnotation> AnnotationList { get; } = Annotations;

    public bool HasSlots => Principal.HasSlot || Resource.HasSlot;

    public SourceSpan GetSpan(TextRange range) => Source?.GetSpan(range) ?? default;
}
