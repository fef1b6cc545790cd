using System.Runtime.InteropServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation.Layouts;

/// <summary>
/// A comparison of one value of a flat request with a constant, which is what most conditions are made of: as data, so that
/// several are tested in a row without a call for each.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SlotTest
{
    private readonly object _constant; // the text, or the kind of a scalar
    private readonly long _least; // of a scalar, both inclusive
    private readonly long _greatest;
    private readonly int _slot;
    private readonly Form _form;

    private SlotTest(int slot, Form form, object constant, long least = 0, long greatest = 0)
    {
        _slot = slot;
        _form = form;
        _constant = constant;
        _least = least;
        _greatest = greatest;
    }

    private enum Form
    {
        /// <summary>A scalar of the kind, within bounds: every comparison of numbers, and equality.</summary>
        Within,
        NotEqual,
        EqualText,
        NotEqualText,
    }

    /// <summary>The test that a node amounts to, or null where it is more than one value compared with a constant.</summary>
    public static SlotTest? Create(Node node, int[] targets)
    {
        switch (node)
        {
            case EqualTextNode { Operand: ContextPathNode path } equal when targets[path.Path] is var slot and >= 0:
                return new(slot, equal.IsNegated ? Form.NotEqualText : Form.EqualText, equal.Text);
            case EqualConstantNode { Operand: ContextPathNode path } equal when targets[path.Path] is var slot and >= 0:
                return new(slot, equal.IsNegated ? Form.NotEqual : Form.Within, equal.Constant.Reference!, equal.Constant.Bits, equal.Constant.Bits);
            case OrderConstantNode { Operand: ContextPathNode path } order when targets[path.Path] is var slot and >= 0:
                var (least, greatest) = Bounds(order.Operator, order.Constant);
                return new(slot, Form.Within, order.Kind, least, greatest);
            default:
                return null;
        }
    }

    // Less than the least number, or greater than the greatest, is nothing: bounds that cross.
    private static (long Least, long Greatest) Bounds(BinaryOperator @operator, long constant) => @operator switch
    {
        BinaryOperator.Less => constant == long.MinValue ? (0, -1) : (long.MinValue, constant - 1),
        BinaryOperator.LessOrEqual => (long.MinValue, constant),
        BinaryOperator.Greater => constant == long.MaxValue ? (0, -1) : (constant + 1, long.MaxValue),
        _ => (constant, long.MaxValue),
    };

    /// <summary>Whether the test holds; false also where it fails, which comes to the same in a decision.</summary>
    public bool Holds(ReadOnlySpan<CedarScalar> values)
    {
        ref readonly var value = ref CedarScalar.OperandOf(in values[_slot]);
        var isSame = ReferenceEquals(value.Reference, _constant);
        return _form == Form.Within
            ? isSame && value.Bits >= _least && value.Bits <= _greatest
            : HoldsOtherwise(in value, isSame);
    }

    private bool HoldsOtherwise(ref readonly Operand value, bool isSame) => _form switch
    {
        Form.EqualText => isSame || (value.Reference is string text && text == (string)_constant),
        Form.NotEqualText => !isSame && value.Reference is not null
            && !(value.Reference is string text && text == (string)_constant),
        _ => value.Reference is not null && !(isSame && value.Bits == _least),
    };
}
