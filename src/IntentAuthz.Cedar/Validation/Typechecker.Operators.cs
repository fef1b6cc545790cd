using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Operators on two operands.</summary>
internal sealed partial class Typechecker
{
    private TypedExpr CheckBinary(BinaryExpr binary, CapabilitySet known)
    {
        switch (binary.Operator)
        {
            case BinaryOperator.Equal:
                return CheckEqual(binary, known);
            case BinaryOperator.NotEqual:
                return Negate(CheckEqual(binary, known));
            case BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                return CheckOrder(binary, known);
            case BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply:
                string? Help(CedarType type) => type switch
                {
                    StringType when binary.Operator == BinaryOperator.Add => "Cedar does not concatenate strings",
                    SetType => "Cedar has no arithmetic of sets",
                    _ => null,
                };
                return Result(LongType.Instance, CheckLong(binary.Left, known, Help), CheckLong(binary.Right, known, Help));
            case BinaryOperator.In:
                return CheckIn(binary.Left, binary.Right, known);
            case BinaryOperator.Contains:
                return CheckContains(binary, known);
            case BinaryOperator.ContainsAll or BinaryOperator.ContainsAny:
                return CheckContainsMany(binary, known);
            case BinaryOperator.HasTag:
                return CheckHasTag(binary, known);
            default:
                return CheckGetTag(binary, known);
        }
    }

    private TypedExpr CheckEqual(BinaryExpr binary, CapabilitySet known)
    {
        var (left, right) = (Check(binary.Left, known), Check(binary.Right, known));
        var type = TypeOfEquality(binary, left.Type, right.Type);
        if (_isStrict && type == BoolType.Any && left.Type is not null && right.Type is not null
            && Join(binary.Range, "both sides of a comparison", left.Type, right.Type) is null)
        {
            return TypedExpr.Invalid(type);
        }

        return Result(type, left, right);
    }

    private BoolType TypeOfEquality(BinaryExpr binary, CedarType? left, CedarType? right)
    {
        if (left is EntityReferenceType leftEntity && right is EntityReferenceType rightEntity && leftEntity.IsDisjointFrom(rightEntity))
        {
            return BoolType.False;
        }

        return LiteralOf(binary.Left) is { } a && LiteralOf(binary.Right) is { } b ? BoolType.Of(a.Equals(b)) : BoolType.Any;
    }

    // The action of an environment is one certain entity, and so as good as a literal.
    private CedarValue? LiteralOf(Expr expr) => expr switch
    {
        LiteralExpr literal => literal.Value,
        VariableExpr { Variable: CedarVariable.Action } => new CedarEntity(Environment.Action.Uid),
        AndExpr or OrExpr => ConstantBool.Of(expr) is { } constant ? CedarBool.Of(constant) : null,
        _ => null,
    };

    private TypedExpr CheckOrder(BinaryExpr binary, CapabilitySet known)
    {
        var (left, right) = (Check(binary.Left, known), Check(binary.Right, known));
        if (left.Type is null || right.Type is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        if (HasOrder(left.Type) && ReferenceEquals(left.Type, right.Type))
        {
            return Result(BoolType.Any, left, right);
        }

        const string Orders = "Long, datetime or duration";
        if (left.Type is LongType || (HasOrder(left.Type) && right.Type is not LongType))
        {
            ReportUnexpected(binary.Right.Range, left.Type.ToString(), right.Type, HelpForOrder(right.Type));
        }
        else if (HasOrder(right.Type))
        {
            ReportUnexpected(binary.Left.Range, right.Type.ToString(), left.Type, HelpForOrder(left.Type));
        }
        else
        {
            ReportUnexpected(binary.Left.Range, Orders, left.Type, HelpForOrder(left.Type));
            ReportUnexpected(binary.Right.Range, Orders, right.Type, HelpForOrder(right.Type));
        }

        return TypedExpr.Invalid(BoolType.Any);
    }

    private static bool HasOrder(CedarType type) => type is LongType or ExtensionType { HasOrder: true };

    private static string? HelpForOrder(CedarType type) =>
        type == ExtensionType.Decimal ? "decimals are compared with `lessThan`, `greaterThanOrEqual` and the like" : null;

    private TypedExpr CheckContains(BinaryExpr binary, CapabilitySet known)
    {
        var left = CheckAnySet(binary.Left, known, HelpForContains);
        var right = Check(binary.Right, known);
        if (_isStrict && left.Type is SetType set && right.Type is not null
            && Join(binary.Range, "the elements of a set and the value looked for", set.Element, right.Type) is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        return Result(BoolType.Any, left, right);
    }

    private TypedExpr CheckContainsMany(BinaryExpr binary, CapabilitySet known)
    {
        var left = CheckAnySet(binary.Left, known, HelpForContains);
        var right = CheckAnySet(binary.Right, known, static _ => "a single value is looked for with `contains`");
        if (_isStrict && left.Type is not null && right.Type is not null && Join(binary.Range, "both sets", left.Type, right.Type) is null)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        return Result(BoolType.Any, left, right);
    }

    private static string? HelpForContains(CedarType type) => type switch
    {
        EntityReferenceType => "whether an entity is below another is asked with `in`",
        RecordType => "whether a record has an attribute is asked with `has`",
        StringType => "text is matched with `like`",
        _ => null,
    };

    private TypedExpr CheckIs(IsExpr @is, CapabilitySet known)
    {
        var target = CheckEntity(@is.Target, known, static _ => "`is` tests the types of entities only");
        TypedExpr result;
        if (target.Type is EntityReferenceType entity)
        {
            var type = !entity.Contains(@is.EntityType) ? BoolType.False : entity.Single is not null ? BoolType.True : BoolType.Any;
            result = TypedExpr.Valid(type).If(target.IsValid);
        }
        else
        {
            result = TypedExpr.Invalid(BoolType.Any);
        }

        return @is.Container is null || result.IsFalse ? result : CombineAnd(result, CheckIn(@is.Target, @is.Container, known));
    }

    private TypedExpr CheckIn(Expr leftExpr, Expr rightExpr, CapabilitySet known)
    {
        var left = CheckEntity(leftExpr, known, static type => type is SetType ? "whether a set holds a value is asked with `contains`" : null);
        var right = CheckEntityOrEntities(rightExpr, known);
        if (!left.IsValid || !right.IsValid)
        {
            return TypedExpr.Invalid(BoolType.Any);
        }

        if (LiteralOf(leftExpr) is CedarEntity { Uid: var action } && Schemas.SchemaNames.IsActionType(action.Type) && EntitiesOf(rightExpr) is { } entities)
        {
            return TypeOfActionIn(action, entities);
        }

        var container = right.Type is SetType set ? set.Element : right.Type;
        return TypedExpr.Valid(left.Type is EntityReferenceType lower && container is EntityReferenceType upper && !MayBeBelow(lower, upper) ? BoolType.False : BoolType.Any);
    }

    // The entities a literal names, or those of a set of literals; null where not all are literals.
    private List<EntityUid>? EntitiesOf(Expr expr)
    {
        IReadOnlyList<Expr> elements = expr is SetExpr set ? set.Elements : [expr];
        var entities = new List<EntityUid>(elements.Count);
        foreach (var element in elements)
        {
            if (LiteralOf(element) is not CedarEntity entity)
            {
                return null;
            }

            entities.Add(entity.Uid);
        }

        return entities;
    }

    private TypedExpr TypeOfActionIn(EntityUid action, List<EntityUid> entities)
    {
        var isIn = false;
        foreach (var group in entities)
        {
            if (!Schemas.SchemaNames.IsActionType(group.Type))
            {
                continue;
            }

            if (!_schema.Actions.TryGetValue(group, out var info))
            {
                return TypedExpr.Invalid(BoolType.Any);
            }

            isIn |= group == action || info.Descendants.Contains(action);
        }

        return TypedExpr.Valid(BoolType.Of(isIn));
    }

    private bool MayBeBelow(EntityReferenceType lower, EntityReferenceType upper)
    {
        foreach (var below in lower.Names)
        {
            foreach (var above in upper.Names)
            {
                _budget.TryTake();
                if (_hierarchy.MayBeBelow(below, above))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
