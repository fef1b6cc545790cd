using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// Expressions that count as the literal <c>true</c> or <c>false</c>. The reference computes <c>&amp;&amp;</c> and <c>||</c> of literals when it reads a
/// policy, and nothing else: <c>true &amp;&amp; true</c> is a literal to its validator, <c>!true</c> is not.
/// </summary>
internal static class ConstantBool
{
    public static bool? Of(Expr expr) => expr switch
    {
        LiteralExpr { Value: CedarBool literal } => literal.Value,
        AndExpr and => OfAll(and.Operands.AsSpan(), isAnd: true),
        OrExpr or => OfAll(or.Operands.AsSpan(), isAnd: false),
        _ => null,
    };

    private static bool? OfAll(ReadOnlySpan<Expr> operands, bool isAnd)
    {
        var result = isAnd;
        foreach (var operand in operands)
        {
            if (Of(operand) is not { } constant)
            {
                return null;
            }

            result = isAnd ? result && constant : result || constant;
        }

        return result;
    }
}
