using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>An operator on one operand.</summary>
internal sealed class UnaryExpr(UnaryOperator @operator, Expr operand, TextRange range) : Expr(range, operand.Height + 1)
{
    public UnaryOperator Operator { get; } = @operator;

    public Expr Operand { get; } = operand;
}
