namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>!a</c>; also an <c>unless</c> clause.</summary>
internal sealed class NotNode(Node operand) : TestNode
{
    public override Truth Test(ref RequestView view) => operand.Test(ref view) switch
    {
        Truth.True => Truth.False,
        Truth.False => Truth.True,
        _ => Truth.Error,
    };
}
