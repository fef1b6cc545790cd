using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a || b || …</c>.</summary>
internal sealed class OrNode(ImmutableArray<Node> operands) : TestNode
{
    private readonly Node[] _operands = [.. operands];

    public override Truth Test(ref RequestView view)
    {
        foreach (var operand in _operands)
        {
            var truth = operand.Test(ref view);
            if (truth != Truth.False)
            {
                return truth;
            }
        }

        return Truth.False;
    }
}
