namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>principal</c>, <c>action</c> or <c>resource</c>.</summary>
internal sealed class VariableNode(Role role) : Node
{
    public Role Role { get; } = role;

    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = Operand.Object(view.Variable(Role));
        return true;
    }
}
