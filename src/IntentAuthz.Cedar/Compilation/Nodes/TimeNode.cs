using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>Arithmetic of datetimes and durations.</summary>
internal sealed class TimeNode(ExtensionFunction function, Node operand, Node? argument) : Node
{
    public override bool TryEvaluate(ref RequestView view, out Operand value)
    {
        value = default;
        var second = default(Operand);
        return operand.TryEvaluate(ref view, out var first)
            && (argument is null || argument.TryEvaluate(ref view, out second))
            && TryApply(first, second, out value);
    }

    private bool TryApply(in Operand first, in Operand second, out Operand value)
    {
        value = default;
        switch (function)
        {
            case ExtensionFunction.Offset
                when first.Is(ScalarKind.Datetime) && second.Is(ScalarKind.Duration) && TimeArithmetic.TryOffset(first.Bits, second.Bits, out var moved):
                value = Operand.Datetime(moved);
                return true;
            case ExtensionFunction.DurationSince
                when first.Is(ScalarKind.Datetime) && second.Is(ScalarKind.Datetime) && TimeArithmetic.TrySince(first.Bits, second.Bits, out var elapsed):
                value = Operand.Duration(elapsed);
                return true;
            case ExtensionFunction.ToDate when first.Is(ScalarKind.Datetime) && TimeArithmetic.TryDate(first.Bits, out var midnight):
                value = Operand.Datetime(midnight);
                return true;
            case ExtensionFunction.ToTime when first.Is(ScalarKind.Datetime):
                value = Operand.Duration(TimeArithmetic.TimeOfDay(first.Bits));
                return true;
            case ExtensionFunction.ToMilliseconds or ExtensionFunction.ToSeconds or ExtensionFunction.ToMinutes or ExtensionFunction.ToHours
                or ExtensionFunction.ToDays when first.Is(ScalarKind.Duration):
                value = Operand.Long(TimeArithmetic.InUnit(function, first.Bits));
                return true;
            default:
                return false;
        }
    }
}
