using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>An operator on two operands.</summary>
internal sealed class BinaryExpr(BinaryOperator @operator, Expr left, Expr right, TextRange range)
    : Expr(range, Math.Max(left.Height, right.Height) + 1)
{
    public BinaryOperator Operator { get; } = @operator;

    public Expr Left { get; } = left;

    public Expr Right { get; } = right;
}
