using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a like "pattern"</c>.</summary>
internal sealed class LikeNode(Node operand, LikePattern pattern) : TestNode
{
    public override Truth Test(ref RequestView view) =>
        operand.TryEvaluate(ref view, out var value) && value.Reference is string text ? Of(pattern.Matches(text)) : Truth.Error;
}
