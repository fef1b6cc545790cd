using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Ast;

/// <summary>
/// A template slot. It only lives while a scope is being parsed: slots are not allowed in conditions, so no evaluator meets one.
/// </summary>
internal sealed class SlotExpr(CedarVariable slot, TextRange range) : Expr(range, 1)
{
    public CedarVariable Slot { get; } = slot;
}
