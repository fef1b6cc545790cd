using System.Globalization;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Evaluation;

/// <summary>Operators on two operands. Both are evaluated before either is looked at, as in the reference.</summary>
internal sealed partial class Interpreter
{
    private CedarValue? EvaluateBinary(BinaryExpr binary)
    {
        if (Evaluate(binary.Left) is not { } left || Evaluate(binary.Right) is not { } right)
        {
            return null;
        }

        return binary.Operator switch
        {
            BinaryOperator.Equal => CedarBool.Of(left.Equals(right)),
            BinaryOperator.NotEqual => CedarBool.Of(!left.Equals(right)),
            BinaryOperator.Less => Compare(binary, left, right) is { } order ? CedarBool.Of(order < 0) : null,
            BinaryOperator.LessOrEqual => Compare(binary, left, right) is { } order ? CedarBool.Of(order <= 0) : null,
            BinaryOperator.Greater => Compare(binary, left, right) is { } order ? CedarBool.Of(order > 0) : null,
            BinaryOperator.GreaterOrEqual => Compare(binary, left, right) is { } order ? CedarBool.Of(order >= 0) : null,
            BinaryOperator.In => EvaluateIn(binary.Left, left, binary.Right, right),
            BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply => Calculate(binary, left, right),
            BinaryOperator.Contains => left is CedarSet set ? CedarBool.Of(set.Contains(right)) : FailType("set", left, binary.Left.Range),
            BinaryOperator.ContainsAll or BinaryOperator.ContainsAny => CompareSets(binary, left, right),
            BinaryOperator.GetTag or BinaryOperator.HasTag => EvaluateTag(binary, left, right),
            _ => throw new InvalidOperationException($"Unknown operator {binary.Operator}."),
        };
    }

    // Longs, datetimes and durations have an order; a decimal has methods instead.
    private int? Compare(BinaryExpr binary, CedarValue left, CedarValue right)
    {
        switch (left, right)
        {
            case (CedarLong a, CedarLong b):
                return a.Value.CompareTo(b.Value);
            case (CedarDatetime a, CedarDatetime b):
                return a.UnixMilliseconds.CompareTo(b.UnixMilliseconds);
            case (CedarDuration a, CedarDuration b):
                return a.Milliseconds.CompareTo(b.Milliseconds);
            case (CedarLong, _):
                FailType("long", right, binary.Right.Range);
                return null;
            case (_, CedarLong):
                FailType("long", left, binary.Left.Range);
                return null;
            case (CedarDatetime or CedarDuration, _):
                FailType(left.TypeName, right, binary.Right.Range);
                return null;
            case (_, CedarDatetime or CedarDuration):
                FailType(right.TypeName, left, binary.Left.Range);
                return null;
            default:
                Fail($"type error: expected one of [long, datetime, duration], got {left.TypeName}", binary.Left.Range,
                    "Only types datetime, duration, long support comparison");
                return null;
        }
    }

    private CedarValue? Calculate(BinaryExpr binary, CedarValue left, CedarValue right)
    {
        if (left is not CedarLong a)
        {
            return FailType("long", left, binary.Left.Range);
        }

        if (right is not CedarLong b)
        {
            return FailType("long", right, binary.Right.Range);
        }

        var (verb, result) = binary.Operator switch
        {
            BinaryOperator.Add => ("add", (Int128)a.Value + b.Value),
            BinaryOperator.Subtract => ("subtract", (Int128)a.Value - b.Value),
            _ => ("multiply", (Int128)a.Value * b.Value),
        };
        return result < long.MinValue || result > long.MaxValue
            ? Fail(string.Create(CultureInfo.InvariantCulture, $"integer overflow while attempting to {verb} the values `{a.Value}` and `{b.Value}`"), binary.Range)
            : new CedarLong((long)result);
    }

    private CedarValue? CompareSets(BinaryExpr binary, CedarValue left, CedarValue right)
    {
        if (left is not CedarSet a)
        {
            return FailType("set", left, binary.Left.Range);
        }

        if (right is not CedarSet b)
        {
            return FailType("set", right, binary.Right.Range);
        }

        return CedarBool.Of(binary.Operator == BinaryOperator.ContainsAll ? a.ContainsAll(b) : a.ContainsAny(b));
    }

    private CedarValue? EvaluateIn(Expr leftExpr, CedarValue left, Expr rightExpr, CedarValue right)
    {
        if (left is not CedarEntity entity)
        {
            return FailType(AnyEntity, left, leftExpr.Range, right switch
            {
                CedarSet => "`in` is for checking the entity hierarchy; use `.contains()` to test set membership",
                CedarRecord => "`in` is for checking the entity hierarchy; use `has` to test if a record has a key",
                _ => null,
            });
        }

        switch (right)
        {
            case CedarEntity container:
                return CedarBool.Of(IsIn(entity.Uid, container.Uid, entities));
            case CedarSet set:
                // The types of all members are checked before any is compared.
                if (FirstOther(set) is { } other)
                {
                    return FailType(AnyEntity, other, rightExpr.Range);
                }

                foreach (var item in set.Items)
                {
                    if (IsIn(entity.Uid, ((CedarEntity)item).Uid, entities))
                    {
                        return CedarBool.True;
                    }
                }

                return CedarBool.False;
            default:
                return Fail($"type error: expected one of [set, {AnyEntity}], got {right.TypeName}", rightExpr.Range);
        }
    }

    // A set has no order; the message names the member that comes first in the order of the reference.
    private static CedarValue? FirstOther(CedarSet set)
    {
        CedarValue? first = null;
        foreach (var item in set.Items)
        {
            if (item is not CedarEntity && (first is null || Rank(item) < Rank(first)))
            {
                first = item;
            }
        }

        return first;

        static int Rank(CedarValue value) => value switch
        {
            CedarBool => 0,
            CedarLong => 1,
            CedarString => 2,
            CedarSet => 3,
            CedarRecord => 4,
            CedarDatetime => 5,
            CedarDecimal => 6,
            CedarDuration => 7,
            _ => 8,
        };
    }

    private CedarBool? EvaluateIs(IsExpr @is)
    {
        if (Evaluate(@is.Target) is not { } target)
        {
            return null;
        }

        if (target is not CedarEntity entity)
        {
            FailType(AnyEntity, target, @is.Target.Range);
            return null;
        }

        if (!IsType(entity.Uid, @is.EntityType) || @is.Container is null)
        {
            return CedarBool.Of(IsType(entity.Uid, @is.EntityType));
        }

        return Evaluate(@is.Container) is { } container ? (CedarBool?)EvaluateIn(@is.Target, target, @is.Container, container) : null;
    }

    private CedarBool? EvaluateLike(LikeExpr like)
    {
        if (Evaluate(like.Target) is not { } target)
        {
            return null;
        }

        if (target is CedarString text)
        {
            return CedarBool.Of(like.Pattern.Matches(text.Value));
        }

        FailType("string", target, like.Target.Range);
        return null;
    }
}
