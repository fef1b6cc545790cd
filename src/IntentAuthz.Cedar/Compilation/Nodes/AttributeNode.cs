namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.name</c>.</summary>
internal sealed class AttributeNode(Node target, string name) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (target.TryEvaluate(ref view, out var operand) && Attributes.Get(ref view, operand.Reference, name) is { } attribute)
        {
            value = attribute.ToOperand();
            return true;
        }

        value = default;
        return false;
    }
}
