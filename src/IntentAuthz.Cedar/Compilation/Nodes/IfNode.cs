namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>if a then b else c</c>.</summary>
internal sealed class IfNode(Node condition, Node whenTrue, Node whenFalse) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        switch (condition.Test(ref view))
        {
            case Truth.True:
                return whenTrue.TryEvaluate(ref view, out value);
            case Truth.False:
                return whenFalse.TryEvaluate(ref view, out value);
            default:
                value = default;
                return false;
        }
    }
}
