using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a &amp;&amp; b &amp;&amp; …</c>; also the clauses of one policy.</summary>
internal sealed class AndNode(ImmutableArray<Node> operands) : TestNode
{
    private readonly Node[] _operands = [.. operands];

    public ImmutableArray<Node> Operands => operands;

    public override Truth Test(ref RequestView view)
    {
        foreach (var operand in _operands)
        {
            var truth = operand.Test(ref view);
            if (truth != Truth.True)
            {
                return truth;
            }
        }

        return Truth.True;
    }
}
