using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>A set with a member that depends on the request; building it allocates.</summary>
internal sealed class SetNode(ImmutableArray<Node> elements) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        var values = new CedarValue[elements.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!elements[i].TryEvaluate(ref view, out var element))
            {
                return false;
            }

            values[i] = element.ToValue();
        }

        if (CedarSet.TryCreate(values) is not { } set)
        {
            return false;
        }

        value = Operand.Object(set);
        return true;
    }
}
