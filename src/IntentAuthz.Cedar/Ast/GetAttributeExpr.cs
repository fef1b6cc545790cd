using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>a.name</c> or <c>a["name"]</c>.</summary>
internal sealed class GetAttributeExpr(Expr target, string attribute, TextRange attributeRange, TextRange range)
    : Expr(range, target.Height + 1)
{
    public Expr Target { get; } = target;

    public string Attribute { get; } = attribute;

    /// <summary>Where the name stands, for messages about it.</summary>
    public TextRange AttributeRange { get; } = attributeRange;
}
