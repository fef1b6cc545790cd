using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>a &amp;&amp; b &amp;&amp; c</c>, kept flat: long chains are common in policies and must not nest. At least two operands, the first
/// of which is not a chain of the same operator itself.</summary>
internal sealed class AndExpr(ImmutableArray<Expr> operands, TextRange range) : Expr(range, HeightOf(operands))
{
    public ImmutableArray<Expr> Operands { get; } = operands;
}
