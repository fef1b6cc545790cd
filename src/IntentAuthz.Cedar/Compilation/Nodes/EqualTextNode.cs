namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a == "text"</c> or <c>a != "text"</c>.</summary>
internal sealed class EqualTextNode(Node operand, string text, bool isNegated) : TestNode
{
    // What most conditions compare: read without a call for each step.
    private readonly ContextPathNode? _path = operand as ContextPathNode;

    public Node Operand => operand;

    public string Text => text;

    public bool IsNegated => isNegated;

    public override Truth Test(ref RequestView view)
    {
        if (_path is not null && view.ContextIfMade is { } context)
        {
            return _path.Find(ref view, context) is { } found ? Of((found is CedarString that && that.Value == text) != isNegated) : Truth.Error;
        }

        return operand.TryEvaluate(ref view, out var value) ? Of((value.Reference is string other && other == text) != isNegated) : Truth.Error;
    }
}
