namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>context</c> as a whole value.</summary>
internal sealed class ContextNode : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = Operand.Object(view.Context);
        return true;
    }
}
