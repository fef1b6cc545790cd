using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.lessThan(b)</c> and the other comparisons of decimals.</summary>
internal sealed class DecimalOrderNode(BinaryOperator @operator, Node left, Node right) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        left.TryEvaluate(ref view, out var a) && right.TryEvaluate(ref view, out var b)
            && a.Is(ScalarKind.Decimal) && b.Is(ScalarKind.Decimal)
            ? Of(OrderNode.Holds(@operator, a.Bits, b.Bits))
            : Truth.Error;
}
