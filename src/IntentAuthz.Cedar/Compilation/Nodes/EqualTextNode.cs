namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a == "text"</c> or <c>a != "text"</c>.</summary>
internal sealed class EqualTextNode(Node operand, string text, bool isNegated) : TestNode
{
    public Node Operand => operand;

    public string Text => text;

    public bool IsNegated => isNegated;

    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var value)
            ? Of((value.Reference is string other && string.Equals(text, other, StringComparison.Ordinal)) != isNegated)
            : Truth.Error;
}
