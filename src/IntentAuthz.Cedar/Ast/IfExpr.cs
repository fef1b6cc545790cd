using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>if c then a else b</c>; only the branch that is taken is evaluated.</summary>
internal sealed class IfExpr(Expr condition, Expr whenTrue, Expr whenFalse, TextRange range)
    : Expr(range, Math.Max(condition.Height, Math.Max(whenTrue.Height, whenFalse.Height)) + 1)
{
    public Expr Condition { get; } = condition;

    public Expr WhenTrue { get; } = whenTrue;

    public Expr WhenFalse { get; } = whenFalse;
}
