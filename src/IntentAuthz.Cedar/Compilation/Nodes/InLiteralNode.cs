using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>a in Group::"g"</c> or <c>a in [Group::"g", …]</c>: in any of some entities that stand in the policy.</summary>
internal sealed class InLiteralNode(Node operand, ImmutableArray<LiteralEntity> containers) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!operand.TryEvaluate(ref view, out var value) || value.Reference is not CedarEntity entity)
        {
            return Truth.Error;
        }

        foreach (var container in containers)
        {
            if (view.Entities.IsIn(entity, container))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }
}
