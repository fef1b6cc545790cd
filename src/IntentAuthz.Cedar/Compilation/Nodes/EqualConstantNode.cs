namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a == 1</c> and the like: a comparison with a scalar that stands in the policy.</summary>
internal sealed class EqualConstantNode(Node operand, Operand constant, bool isNegated) : TestNode
{
    private readonly Operand _constant = constant;

    public Node Operand => operand;

    public ref readonly Operand Constant => ref _constant;

    public bool IsNegated => isNegated;

    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var value) ? Of(value.Equals(_constant) != isNegated) : Truth.Error;
}
