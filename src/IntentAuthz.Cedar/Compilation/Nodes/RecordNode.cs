using System.Collections.Immutable;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>A record with a value that depends on the request; building it allocates.</summary>
internal sealed class RecordNode(ImmutableArray<string> names, ImmutableArray<Node> values) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        var items = new CedarValue[values.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!values[i].TryEvaluate(ref view, out var item))
            {
                return false;
            }

            items[i] = item.ToValue();
        }

        if (CedarRecord.TryCreate([.. names], items, out _) is not { } record)
        {
            return false;
        }

        value = Operand.Object(record);
        return true;
    }
}
