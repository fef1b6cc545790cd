namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.contains(b)</c>.</summary>
internal sealed class ContainsNode(Node set, Node item) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        set.TryEvaluate(ref view, out var a) && item.TryEvaluate(ref view, out var b) && a.Reference is CedarSet values
            ? Of(values.Contains(b))
            : Truth.Error;
}
