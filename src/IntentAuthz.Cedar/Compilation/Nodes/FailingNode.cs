namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>An expression that fails for every request, such as <c>1 + "a"</c>.</summary>
internal sealed class FailingNode : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        return false;
    }
}
