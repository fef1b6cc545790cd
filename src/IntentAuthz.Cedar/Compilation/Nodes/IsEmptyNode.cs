namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.isEmpty()</c>.</summary>
internal sealed class IsEmptyNode(Node operand) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var value) && value.Reference is CedarSet set ? Of(set.Count == 0) : Truth.Error;
}
