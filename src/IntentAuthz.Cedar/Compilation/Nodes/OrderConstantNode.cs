using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>A comparison with an order whose right side stands in the policy; for decimals, whose comparisons are methods, too.</summary>
internal sealed class OrderConstantNode(BinaryOperator @operator, Node operand, ScalarKind kind, long constant) : TestNode
{
    public BinaryOperator Operator => @operator;

    public Node Operand => operand;

    public ScalarKind Kind => kind;

    public long Constant => constant;

    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var value) && value.Is(kind)
            ? Of(OrderNode.Holds(@operator, value.Bits, constant))
            : Truth.Error;
}
