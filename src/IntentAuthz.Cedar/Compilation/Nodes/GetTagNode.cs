namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.getTag(b)</c>.</summary>
internal sealed class GetTagNode(Node operand, Node name) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (operand.TryEvaluate(ref view, out var a) && name.TryEvaluate(ref view, out var b)
            && a.Reference is CedarEntity reference && b.Reference is string key
            && view.Entities.Find(reference) is { } entity && entity.Tags.TryGetValue(key, out var tag))
        {
            value = tag.ToOperand();
            return true;
        }

        value = default;
        return false;
    }
}
