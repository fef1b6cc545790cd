using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>A bool, long, string or entity literal.</summary>
internal sealed class LiteralExpr(CedarValue value, TextRange range) : Expr(range, 1)
{
    public CedarValue Value { get; } = value;
}
