namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>-a</c>.</summary>
internal sealed class NegateNode(Node operand) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (operand.TryEvaluate(ref view, out value) && value.Is(ScalarKind.Long) && value.Bits != long.MinValue)
        {
            value = Operand.Long(-value.Bits);
            return true;
        }

        return false;
    }
}
