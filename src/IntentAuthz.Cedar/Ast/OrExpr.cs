using System.Collections.Immutable;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>a || b || c</c>, kept flat for the same reason as <see cref="AndExpr"/>; the same holds of its operands.</summary>
internal sealed class OrExpr(ImmutableArray<Expr> operands, TextRange range) : Expr(range, HeightOf(operands))
{
    public ImmutableArray<Expr> Operands { get; } = operands;
}
