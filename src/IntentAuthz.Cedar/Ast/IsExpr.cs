using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>a is Type</c> or <c>a is Type in b</c>, which means <c>a is Type &amp;&amp; a in b</c>.</summary>
internal sealed class IsExpr(Expr target, string entityType, TextRange typeRange, Expr? container, TextRange range)
    : Expr(range, Math.Max(target.Height, container?.Height ?? 0) + 1)
{
    public Expr Target { get; } = target;

    public string EntityType { get; } = entityType;

    /// <summary>Where the type stands, for messages about it.</summary>
    public TextRange TypeRange { get; } = typeRange;

    /// <summary>What the entity must be in, or null.</summary>
    public Expr? Container { get; } = container;
}
