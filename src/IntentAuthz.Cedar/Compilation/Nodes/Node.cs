namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>
/// A compiled expression. Nodes hold no request state and are shared: equal expressions of all policies of a set are one node.
/// They know that an evaluation failed, not why; the interpreter finds the reason when it is asked for.
/// </summary>
internal abstract class Node
{
    /// <summary>Evaluates the expression.</summary>
    /// <returns>False where it has no value.</returns>
    public abstract bool TryEvaluate(ref RequestView view, out Operand value);

    /// <summary>Evaluates the expression as a condition.</summary>
    public virtual Truth Test(ref RequestView view) =>
        TryEvaluate(ref view, out var value) && value.Is(ScalarKind.Bool) ? value.Bits != 0 ? Truth.True : Truth.False : Truth.Error;
}
