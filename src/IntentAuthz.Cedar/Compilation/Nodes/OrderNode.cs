using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>The comparisons with an order, of two longs, two datetimes or two durations.</summary>
internal sealed class OrderNode(BinaryOperator @operator, Node left, Node right) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (!left.TryEvaluate(ref view, out var a) || !right.TryEvaluate(ref view, out var b)
            || !ReferenceEquals(a.Reference, b.Reference)
            || !(a.Is(ScalarKind.Long) || a.Is(ScalarKind.Datetime) || a.Is(ScalarKind.Duration)))
        {
            return Truth.Error;
        }

        return Of(Holds(@operator, a.Bits, b.Bits));
    }

    /// <summary>Whether two numbers stand in the order that an operator names.</summary>
    public static bool Holds(BinaryOperator @operator, long left, long right) => @operator switch
    {
        BinaryOperator.Less => left < right,
        BinaryOperator.LessOrEqual => left <= right,
        BinaryOperator.Greater => left > right,
        _ => left >= right,
    };
}
