namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>An expression that is a bool whenever it has a value.</summary>
internal abstract class TestNode : Node
{
    public abstract override Truth Test(ref RequestView view);

    public sealed override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        var truth = Test(ref view);
        value = Operand.Bool(truth == Truth.True);
        return truth != Truth.Error;
    }

    protected static Truth Of(bool holds) => holds ? Truth.True : Truth.False;
}
