using System.Collections.Immutable;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>context.input.amount</c>. In a flat request that is a place among the values.</summary>
internal sealed class ContextPathNode(int path, ImmutableArray<string> names) : Node
{
    /// <summary>The number of the path.</summary>
    public int Path { get; } = path;

    public ImmutableArray<string> Names { get; } = names;

    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        if (view.IsFlat)
        {
            var target = view.FlatTarget(Path);
            if (target >= 0)
            {
                value = view.FlatValue(target);
                return value.Reference is not null;
            }

            if (target == LayoutPath.Missing)
            {
                value = default;
                return false;
            }
        }

        CedarValue current = view.Context;
        foreach (var name in Names)
        {
            if (Attributes.Get(ref view, current, name) is not { } next)
            {
                value = default;
                return false;
            }

            current = next;
        }

        value = current.ToOperand();
        return true;
    }
}
