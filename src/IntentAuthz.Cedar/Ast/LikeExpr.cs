using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>a like "pattern"</c>.</summary>
internal sealed class LikeExpr(Expr target, LikePattern pattern, TextRange range) : Expr(range, target.Height + 1)
{
    public Expr Target { get; } = target;

    public LikePattern Pattern { get; } = pattern;
}
