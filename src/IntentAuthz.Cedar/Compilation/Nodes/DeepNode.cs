using System.Runtime.CompilerServices;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>
/// Stands at intervals in a high tree and makes sure that the stack suffices for the next stretch: the height of a tree is
/// bounded, but the stack that the caller left is not known.
/// </summary>
internal sealed class DeepNode(Node operand) : Node
{
    /// <summary>How many levels of an expression lie between two of these. A level takes well under 500 bytes of stack, and .NET
    /// answers for 64 KiB.</summary>
    public const int Interval = 64;

    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return operand.TryEvaluate(ref view, out value);
        }

        value = default;
        return false;
    }

    public override Truth Test(ref RequestView view) =>
        RuntimeHelpers.TryEnsureSufficientExecutionStack() ? operand.Test(ref view) : Truth.Error;
}
