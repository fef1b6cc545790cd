using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary><c>principal</c>, <c>action</c>, <c>resource</c> or <c>context</c>.</summary>
internal sealed class VariableExpr(CedarVariable variable, TextRange range) : Expr(range, 1)
{
    public CedarVariable Variable { get; } = variable;
}
