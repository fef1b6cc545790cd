namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.hasTag(b)</c>.</summary>
internal sealed class HasTagNode(Node operand, Node name) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var a) && name.TryEvaluate(ref view, out var b)
            && a.Reference is CedarEntity reference && b.Reference is string key
            ? Of(view.Entities.Find(reference) is { } entity && entity.Tags.ContainsKey(key))
            : Truth.Error;
}
