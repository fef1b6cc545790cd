using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a + b</c>, <c>a - b</c>, <c>a * b</c> on longs; an overflow is an error.</summary>
internal sealed class ArithmeticNode(BinaryOperator @operator, Node left, Node right) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        if (!left.TryEvaluate(ref view, out var a) || !right.TryEvaluate(ref view, out var b)
            || !a.Is(ScalarKind.Long) || !b.Is(ScalarKind.Long))
        {
            return false;
        }

        var result = @operator switch
        {
            BinaryOperator.Add => (Int128)a.Bits + b.Bits,
            BinaryOperator.Subtract => (Int128)a.Bits - b.Bits,
            _ => (Int128)a.Bits * b.Bits,
        };
        value = Operand.Long(unchecked((long)result));
        return result == value.Bits;
    }
}
