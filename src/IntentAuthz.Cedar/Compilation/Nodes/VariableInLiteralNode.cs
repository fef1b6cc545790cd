using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>principal in Group::"g"</c> or <c>principal in [Group::"g", …]</c>, by number.</summary>
internal sealed class VariableInLiteralNode(Role role, ImmutableArray<LiteralEntity> containers) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        var entity = view.Resolve(role);
        foreach (var container in containers)
        {
            if (entity.IsIn(container.Id))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }
}
