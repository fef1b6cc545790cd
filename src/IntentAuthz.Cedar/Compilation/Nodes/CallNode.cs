using System.Collections.Immutable;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>Any call of an extension function that has no node of its own.</summary>
internal sealed class CallNode(ExtensionFunction function, ImmutableArray<Node> arguments) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        var values = new CedarValue[arguments.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if (!arguments[i].TryEvaluate(ref view, out var argument))
            {
                return false;
            }

            values[i] = argument.ToValue();
        }

        if (ExtensionCalls.Invoke(function, values, out _) is not { } result)
        {
            return false;
        }

        value = result.ToOperand();
        return true;
    }
}
