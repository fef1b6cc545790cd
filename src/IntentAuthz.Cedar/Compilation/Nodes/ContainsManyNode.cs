namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a.containsAll(b)</c> or <c>a.containsAny(b)</c>.</summary>
internal sealed class ContainsManyNode(Node left, Node right, bool all) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!left.TryEvaluate(ref view, out var a) || !right.TryEvaluate(ref view, out var b)
            || a.Reference is not CedarSet set || b.Reference is not CedarSet others)
        {
            return Truth.Error;
        }

        return Of(all ? set.ContainsAll(others) : set.ContainsAny(others));
    }
}
