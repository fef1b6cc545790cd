using System.Collections.Immutable;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>What turns one comparison or test: another value at a place that can be changed.</summary>
internal sealed partial class Remedies
{
    private const int MaxElements = 4;
    private const int MaxPath = 16;

    private void TurnLeaf(Expr expr, bool wanted)
    {
        switch (expr)
        {
            case GetAttributeExpr:
                Set(expr, CedarBool.Of(wanted));
                break;
            case HasExpr has when TargetOf(has) is { } target:
                TurnPresence(has, target, wanted);
                break;
            case LikeExpr like:
                Set(like.Target, new CedarString(wanted ? string.Concat(like.Pattern.Parts) : ""));
                break;
            case IsExpr { Container: { } container } @is when wanted || ValueOf(@is.Target) is CedarEntity:
                TurnIn(@is.Target, container, wanted);
                break;
            case UnaryExpr { Operator: UnaryOperator.IsEmpty } empty when wanted:
                Set(empty.Operand, CedarSet.Empty);
                break;
            case BinaryExpr binary:
                TurnBinary(binary, wanted);
                break;
            case ExtensionCallExpr { Function: ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual, Arguments: [var left, var right] } call:
                TurnOrder(ConditionWords.OperatorOf(call.Function), left, right, wanted);
                break;
            case ExtensionCallExpr { Function: ExtensionFunction.IsInRange, Arguments: [var address, var range] } when wanted && ValueOf(range) is { } wide:
                Set(address, wide);
                break;
        }
    }

    private void TurnPresence(HasExpr has, Target target, bool wanted)
    {
        if (!wanted)
        {
            _found.Add(new AttributeChange(target.Owner, target.Path, null, ConditionWords.Attributes(has), _body));
            return;
        }

        foreach (var value in new CedarValue[] { new CedarString(""), new CedarLong(0), CedarBool.True })
        {
            _found.Add(new AttributeChange(target.Owner, target.Path, value, ConditionWords.Attributes(has), _body));
        }
    }

    private void TurnBinary(BinaryExpr binary, bool wanted)
    {
        var (left, right) = (binary.Left, binary.Right);
        switch (binary.Operator)
        {
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                var isEqual = (binary.Operator == BinaryOperator.Equal) == wanted;
                SetFrom(left, ValueOf(right), isEqual);
                SetFrom(right, ValueOf(left), isEqual);
                break;
            case BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                TurnOrder(binary.Operator, left, right, wanted);
                break;
            case BinaryOperator.In:
                TurnIn(left, right, wanted);
                break;
            case BinaryOperator.Contains:
                TurnContains(binary, wanted);
                break;
            case BinaryOperator.ContainsAll or BinaryOperator.ContainsAny:
                TurnContainsMany(binary, wanted);
                break;
        }
    }

    private void SetFrom(Expr place, CedarValue? value, bool isEqual)
    {
        if (value is not null && (isEqual ? value : OtherThan(value)) is { } next)
        {
            Set(place, next);
        }
    }

    private static CedarValue? OtherThan(CedarValue value) => value switch
    {
        CedarBool b => CedarBool.Of(!b.Value),
        CedarLong n => new CedarLong(n.Value == long.MaxValue ? 0 : n.Value + 1),
        CedarString { Value.Length: > 0 } => new CedarString(""),
        CedarString => new CedarString("other"),
        CedarDecimal d => CedarDecimal.FromScaled(d.Value == long.MaxValue ? 0 : d.Value + 1),
        CedarSet { Count: > 0 } => CedarSet.Empty,
        _ => null,
    };

    private void TurnOrder(BinaryOperator @operator, Expr left, Expr right, bool wanted)
    {
        SetBound(left, ValueOf(right), ConditionWords.Ordered(@operator, isSwapped: false, wanted));
        SetBound(right, ValueOf(left), ConditionWords.Ordered(@operator, isSwapped: true, wanted));
    }

    // The nearest value on the right side of the bound.
    private void SetBound(Expr place, CedarValue? bound, BinaryOperator @operator)
    {
        var step = @operator switch { BinaryOperator.Less => -1, BinaryOperator.Greater => 1, _ => 0 };
        CedarValue? value = bound switch
        {
            CedarLong n when Step(n.Value, step) is { } next => new CedarLong(next),
            CedarDecimal d when Step(d.Value, step) is { } next => CedarDecimal.FromScaled(next),
            CedarDatetime t when Step(t.UnixMilliseconds, step) is { } next => new CedarDatetime(next),
            CedarDuration d when Step(d.Milliseconds, step) is { } next => new CedarDuration(next),
            _ => null,
        };
        if (value is not null)
        {
            Set(place, value);
        }

        static long? Step(long value, int step) => step < 0 && value == long.MinValue || step > 0 && value == long.MaxValue ? null : value + step;
    }

    private void TurnIn(Expr left, Expr right, bool wanted)
    {
        ImmutableArray<EntityUid> containers = ValueOf(right) switch
        {
            CedarEntity one => [one.Uid],
            CedarSet set => [.. set.OfType<CedarEntity>().Take(MaxContainers).Select(static entity => entity.Uid)],
            _ => [],
        };
        if (ValueOf(left) is CedarEntity { Uid: var uid })
        {
            var isSame = _original.Evaluate(left) is CedarEntity { Uid: var now } && now == uid;
            AddParents(uid, isSame ? new ConditionWords(_original, _vocabulary, _body).NameOf(left) : ExplanationText.Entity(uid), containers, wanted);
        }
        else if (wanted && !containers.IsEmpty)
        {
            Set(left, new CedarEntity(containers[0]));
        }
    }

    private void TurnContains(BinaryExpr binary, bool wanted)
    {
        if (ConditionWords.IsConstant(binary.Left))
        {
            if (ValueOf(binary.Left) is not CedarSet allowed)
            {
                return;
            }

            _isCut |= wanted && allowed.Count > MaxElements;
            foreach (var item in wanted ? allowed.Take(MaxElements) : OtherThanAll(allowed) is { } other ? [other] : [])
            {
                Set(binary.Right, item);
            }

            return;
        }

        if (ValueOf(binary.Right) is { } item1)
        {
            SetItems(binary.Left, wanted ? [item1] : [], wanted ? [] : [item1]);
        }
    }

    private void TurnContainsMany(BinaryExpr binary, bool wanted)
    {
        if (ValueOf(binary.Right) is not CedarSet asked)
        {
            return;
        }

        // Of those of which one is enough each is tried.
        var isAll = binary.Operator == BinaryOperator.ContainsAll;
        if (wanted == isAll)
        {
            SetItems(binary.Left, wanted ? [.. asked] : [], wanted ? [] : [.. asked]);
        }
        else
        {
            _isCut |= asked.Count > MaxElements;
            foreach (var item in asked.Take(MaxElements))
            {
                SetItems(binary.Left, wanted ? [item] : [], wanted ? [] : [item]);
            }
        }

        if (isAll && ValueOf(binary.Left) is CedarSet there)
        {
            SetItems(binary.Right, !wanted && OtherThanAll(there) is { } other ? [other] : [], wanted ? [.. asked.Where(item => !there.Contains(item))] : []);
        }
    }

    private static CedarValue? OtherThanAll(CedarSet set)
    {
        IEnumerable<CedarValue> candidates = set.All(static item => item is CedarString) ? [new CedarString("other"), new CedarString("")]
            : set.All(static item => item is CedarLong) ? Enumerable.Range(0, set.Count + 1).Select(static n => new CedarLong(n))
            : [];
        return candidates.FirstOrDefault(candidate => !set.Contains(candidate));
    }

    private void SetItems(Expr place, IReadOnlyCollection<CedarValue> added, IReadOnlyCollection<CedarValue> removed)
    {
        if (added.Count + removed.Count == 0)
        {
            return;
        }

        var current = ValueOf(place) as CedarSet ?? CedarSet.Empty;
        var gone = removed.ToHashSet();
        if (CedarSet.TryCreate([.. current.Where(item => !gone.Contains(item)), .. added]) is { } set)
        {
            Set(place, set);
        }
    }

    private void Set(Expr place, CedarValue value)
    {
        if (TargetOf(place) is { } target)
        {
            _found.Add(new AttributeChange(target.Owner, target.Path, value, place, _body));
        }
    }

    private CedarValue? ValueOf(Expr expr) => _interpreter.Evaluate(expr);

    private Target? TargetOf(HasExpr has)
    {
        if (has.Target is not VariableExpr && TargetOf(has.Target) is { } inner && ValueOf(has.Target) is not CedarEntity)
        {
            return new(inner.Owner, inner.Path.AddRange(has.Path));
        }

        return RootOf(has.Target) is { } root ? new(root.Owner, has.Path) : null;
    }

    // Where a value comes from, if it is an attribute: of the context, or of an entity that is there to be asked.
    private Target? TargetOf(Expr expr)
    {
        var path = new List<string>();
        while (expr is GetAttributeExpr get)
        {
            path.Add(get.Attribute);
            if (path.Count > MaxPath)
            {
                return null;
            }

            if (RootOf(get.Target) is { } root)
            {
                path.Reverse();
                return new(root.Owner, [.. path]);
            }

            expr = get.Target;
        }

        return null;
    }

    private Root? RootOf(Expr expr) => expr switch
    {
        VariableExpr { Variable: CedarVariable.Context } => new(null),
        VariableExpr or GetAttributeExpr when ValueOf(expr) is CedarEntity entity => new(entity.Uid),
        _ => null,
    };

    private sealed record Root(EntityUid? Owner);

    private sealed record Target(EntityUid? Owner, ImmutableArray<string> Path);
}
