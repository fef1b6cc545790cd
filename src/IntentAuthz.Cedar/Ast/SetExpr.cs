using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>[a, b]</c>.</summary>
internal sealed class SetExpr(ImmutableArray<Expr> elements, TextRange range) : Expr(range, HeightOf(elements))
{
    public ImmutableArray<Expr> Elements { get; } = elements;
}
