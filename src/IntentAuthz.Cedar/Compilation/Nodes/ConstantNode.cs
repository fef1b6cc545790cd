namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>A value that is known before any request.</summary>
internal sealed class ConstantNode(CedarValue value) : Node
{
    private readonly Operand _operand = value.ToOperand();

    public CedarValue Value { get; } = value;

    public Operand Operand => _operand;

    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = _operand;
        return true;
    }
}
