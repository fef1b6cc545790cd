namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a == b</c> or <c>a != b</c>, on anything.</summary>
internal sealed class EqualNode(Node left, Node right, bool isNegated) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        left.TryEvaluate(ref view, out var a) && right.TryEvaluate(ref view, out var b)
            ? Of(a.Equals(b) != isNegated)
            : Truth.Error;
}
