using System.Collections.Immutable;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>context.input.amount</c>. In a flat request that is a place among the values.</summary>
internal sealed class ContextPathNode(int path, ImmutableArray<string> names) : Node
{
    private readonly string[] _names = [.. names];

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

        if (view.ContextIfMade is not { } context)
        {
            if (view.TryRead(_names, out value))
            {
                return value.Reference is not null;
            }

            context = view.Context;
        }

        if (Find(ref view, context) is not { } found)
        {
            value = default;
            return false;
        }

        value = found.ToOperand();
        return true;
    }

    /// <summary>The value in the context as an object, or null where reading it is an error.</summary>
    public CedarValue? Find(ref RequestView view, CedarRecord context)
    {
        CedarValue? current = context;
        foreach (var name in _names)
        {
            current = current is CedarRecord record ? record.Find(name) : Attributes.Get(ref view, current, name);
            if (current is null)
            {
                return null;
            }
        }

        return current;
    }
}
